using System.Text.Json;
using System.Text.RegularExpressions;
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

    [Fact]
    public async Task A_heap_is_counted_by_type_and_its_file_is_read_by_the_stock_tool()
    {
        string file = shop.Host.Folder.File("heap.gcdump");
        Outcome outcome = await shop.RunAsync("gcdump", shop.Target, "-o", file, "--top", "5");
        outcome.Succeeded();
        Match objects = Regex.Match(outcome.Lines[0], @"^debugrelay-sample \d+   ([\d,]+) objects, .* types$");
        Assert.True(objects.Success, outcome.Lines[0]);
        Assert.Contains(outcome.Lines, line => line.EndsWith("  System.String", StringComparison.Ordinal));

        await using TestProcess report = await TestProcess.RunAsync("dotnet", [await StockTools.PathOfAsync("dotnet-gcdump"), "report", file]);
        Assert.True(report.ExitCode == 0, report.Output.Text + report.Errors.Text);
        Assert.Contains("GC Heap bytes", report.Output.Text, StringComparison.Ordinal);
        Assert.Contains("Microsoft.AspNetCore.Server.Kestrel", report.Output.Text, StringComparison.Ordinal);
        // Objects have names of types, and nothing of what they hold.
        byte[] bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        Assert.All(shop.Sample.Secrets, secret => Assert.DoesNotContain(secret.Value, System.Text.Encoding.UTF8.GetString(bytes), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_trace_stops_at_its_size_and_becomes_a_file_for_the_browser()
    {
        string file = shop.Host.Folder.File("sampled.nettrace");
        Outcome outcome = await shop.RunAsync("trace", shop.Target, "--profile", "cpu", "--size", "300kB", "--format", "speedscope", "-o", file, "--duration", "5m");
        outcome.Succeeded();
        Assert.Matches(@"^lost +no event", outcome.Lines[2]);
        using var profile = JsonDocument.Parse(await File.ReadAllTextAsync(shop.Host.Folder.File("sampled.speedscope.json"), TestContext.Current.CancellationToken));
        Assert.Contains(profile.RootElement.GetProperty("shared").GetProperty("frames").EnumerateArray(), frame => frame.GetProperty("name").GetString()!.Contains("Program.<Main>", StringComparison.Ordinal));
        Assert.NotEqual(0, profile.RootElement.GetProperty("profiles").GetArrayLength());
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(shop.Host.Folder.File("sampled.speedscope.json")));
    }

    [Fact]
    public async Task Who_may_not_is_told_the_rule() => (await shop.RunAsBobAsync("env", shop.Target)).WasRefused("process.environment");
}
