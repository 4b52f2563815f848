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

    [Fact]
    public async Task Exceptions_are_followed_and_counted_by_where_they_are_thrown()
    {
        Outcome outcome = await shop.RunAsync("exceptions", shop.Target, "--duration", "2s");
        outcome.Succeeded();
        Assert.Matches(@"^\d\d:\d\d:\d\d\.\d{3}  System.InvalidOperationException  No funds for .*\[email\]", outcome.Lines[0]);
        Assert.Contains(outcome.Lines, line => line.EndsWith("  at DebugRelay.Sample.Leaks.ExceptionLeak.Charge", StringComparison.Ordinal));
        int table = Array.FindIndex(outcome.Lines, line => line.StartsWith("COUNT  TYPE", StringComparison.Ordinal));
        Assert.Matches(@"^ *\d+  System.InvalidOperationException  DebugRelay.Sample.Leaks.ExceptionLeak.Charge$", outcome.Lines[table + 1]);
        Assert.All(shop.Sample.Secrets, secret => Assert.DoesNotContain(secret.Value, outcome.Output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Logs_are_followed_by_level_and_category_until_interrupted()
    {
        using var enough = new CancellationTokenSource();
        int lines = 0;
        Outcome outcome = await shop.RunAsync(
            "alice", ["logs", shop.Target, "--level", "warning", "--category", "DebugRelay.Sample", "--json"], enough.Token, _ => Interrupt(ref lines, enough));
        Assert.Equal(130, outcome.ExitCode);
        foreach (string line in outcome.Lines)
        {
            using var entry = JsonDocument.Parse(line);
            Assert.Equal("Warning", entry.RootElement.GetProperty("level").GetString());
            Assert.StartsWith("DebugRelay.Sample.", entry.RootElement.GetProperty("category").GetString(), StringComparison.Ordinal);
        }
        Assert.All(shop.Sample.Secrets, secret => Assert.DoesNotContain(secret.Value, outcome.Output, StringComparison.Ordinal));
    }

    private static void Interrupt(ref int lines, CancellationTokenSource enough)
    {
        if (Interlocked.Increment(ref lines) == 3)
            enough.Cancel();
    }

    [Theory]
    [InlineData("process.environment", "env")]
    [InlineData("stacks", "stacks")]
    [InlineData("exceptions", "exceptions")]
    [InlineData("logs", "logs")]
    public async Task Who_may_not_is_told_the_rule(string operation, string verb)
        => (await shop.RunAsBobAsync(verb, shop.Target)).WasRefused(operation);
}
