using System.Text.Json;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>The verbs that look into a process: what they print, and how they are refused.</summary>
public sealed class ObservingTests(ObservedShop shop)
{
    [Fact]
    public async Task Stacks_are_named_and_grouped()
    {
        Outcome outcome = await shop.RunAsync("stacks", shop.Target);
        outcome.Succeeded();
        Assert.Matches(@"^debugrelay-sample \d+   \d+ threads, \d+ stacks$", outcome.Lines[0]);
        Assert.Contains("  debugrelay-sample!Program.<Main>(System.String[])", outcome.Lines);
        // The thread pool's waiting threads are alike.
        Assert.Contains(outcome.Lines, line => line.Contains("PortableThreadPool+WorkerThread.WorkerThreadStart()", StringComparison.Ordinal));
        Outcome json = await shop.RunAsync("stacks", shop.Target, "--json");
        foreach (string line in json.Lines)
        {
            using var group = JsonDocument.Parse(line);
            Assert.NotEqual(0, group.RootElement.GetProperty("frames").GetArrayLength() * group.RootElement.GetProperty("threads").GetArrayLength());
        }
    }

    [Fact]
    public async Task An_environment_shows_names_and_what_is_harmless()
    {
        Outcome outcome = await shop.RunAsync("env", shop.Target);
        outcome.Succeeded();
        Assert.Contains(outcome.Lines, line => line.StartsWith("SHOP_DATABASE_PASSWORD=[", StringComparison.Ordinal));
        Assert.Contains($"PATH={Environment.GetEnvironmentVariable("PATH")}", outcome.Lines);
        foreach (PlantedSecret secret in shop.Sample.Secrets)
            Assert.DoesNotContain(secret.Value, outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("process.environment", "env")]
    [InlineData("stacks", "stacks")]
    public async Task Who_may_not_is_told_the_rule(string operation, string verb)
        => (await shop.RunAsBobAsync(verb, shop.Target)).WasRefused(operation);
}
