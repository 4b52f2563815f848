using System.Diagnostics.Tracing;
using System.Text.Json;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing.Etlx;
using Xunit;

namespace DebugRelay.FunctionalTests.Scrubbing;

/// <summary>One trace of the shop, taken straight from its runtime: what is scrubbed has the same events, stacks and times, read by an independent reader.</summary>
public sealed class SameTraceTests : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    public async ValueTask InitializeAsync()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync();
        EventPipeProvider[] providers =
        [
            new("DebugRelay-Sample-Shop", EventLevel.Verbose, -1), new("Microsoft-Extensions-Logging", EventLevel.Verbose, 0xE),
            new("Microsoft-Windows-DotNETRuntime", EventLevel.Informational, 0x8000 | 0x1), new("Microsoft-DotNETCore-SampleProfiler", EventLevel.Informational),
            new("System.Net.Http", EventLevel.Informational),
        ];
        using EventPipeSession session = await new DiagnosticsClient(sample.Id).StartEventPipeSessionAsync(providers, requestRundown: true, 64, CancellationToken.None);
        await using FileStream file = File.Create(_folder.File("raw.nettrace"));
        Task reading = session.EventStream.CopyToAsync(file);
        using var shop = new HttpClient();
        for (int i = 0; i < 20; i++)
            _ = await shop.GetStringAsync(new Uri(sample.Url, "/products"));
        await session.StopAsync(CancellationToken.None);
        await reading;
    }

    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Theory]
    [InlineData("default", "{}")]
    [InlineData("hash", """{ "detectors": { "email": "hash", "generic-secret": "hash" } }""")]
    [InlineData("strict", """{ "extends": "strict" }""")]
    public async Task Events_stacks_and_times_are_the_same(string name, string profile)
    {
        _folder.WriteFile($"{name}.json", profile);
        string scrubbed = _folder.File($"{name}.nettrace"), report = _folder.File("report.json");

        await using TestProcess client = await TestProcess.RunAsync(
            BuiltPrograms.Client, ["scrub", "--profile", _folder.File($"{name}.json"), "--report", report, _folder.File("raw.nettrace"), scrubbed], RelayHost.NoDiagnostics);

        Assert.True(client.ExitCode == 0, client.Errors.Text);
        List<string> before = Read(_folder.File("raw.nettrace")), after = Read(scrubbed);
        JsonElement rules = JsonDocument.Parse(await File.ReadAllTextAsync(report, TestContext.Current.CancellationToken)).RootElement.GetProperty("rules");
        // Strict drops what it cannot read, and counts it.
        int dropped = name == "strict" && rules.TryGetProperty("unread-event", out JsonElement unread) ? unread.GetInt32() : 0;
        Assert.Equal(before.Count - dropped, after.Count);
        Assert.Empty(after.Except(before));
        if (dropped == 0)
            Assert.Equal(before, after);
        Assert.True(before.Count > 500, $"{before.Count} events");
        Assert.Contains(after, line => line.Contains("System.", StringComparison.Ordinal));
    }

    /// <summary>A line for each event: what, when, on which thread, and its stack by method names.</summary>
    private static List<string> Read(string trace)
    {
        using var log = new TraceLog(TraceLog.CreateFromEventPipeDataFile(trace, $"{trace}.etlx"));
        Assert.Equal(0, log.EventsLost);
        return [.. log.Events.Select(e => $"{e.ProviderName}/{e.ID} {e.TimeStampRelativeMSec:r} {e.ThreadID} {Stack(e.CallStack())}")];
    }

    private static string Stack(TraceCallStack? stack)
    {
        var frames = new List<string>();
        for (; stack is not null; stack = stack.Caller)
            frames.Add(stack.CodeAddress.Method is { } method ? method.FullMethodName : $"{stack.CodeAddress.Address:x}");
        return string.Join(" < ", frames);
    }
}
