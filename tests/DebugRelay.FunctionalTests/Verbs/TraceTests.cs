using System.Text;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.Tracing;
using Microsoft.Diagnostics.Tracing.Etlx;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>`debugrelay trace` on a real process, read with tools that are not ours.</summary>
public sealed class TraceTests
{
    private const string AllProviders =
        "DebugRelay-Sample-Shop,Microsoft-Extensions-Logging,System.Net.Http,System.Diagnostics.Metrics,Microsoft-Windows-DotNETRuntime:0x8003:5";

    [Fact]
    public async Task A_trace_is_whole_readable_and_without_the_secrets()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        string file = host.Folder.File("out.nettrace");
        await using TestProcess client = await host.RunClientAsync("trace", $"{sample.Id}", "-o", file, "--duration", "3s", "--providers", AllProviders);
        Assert.True(client.ExitCode == 0, client.Errors.Text + client.Output.Text);

        var counts = new Dictionary<string, int>();
        using (var source = new EventPipeEventSource(file))
        {
            source.Dynamic.All += e => counts[e.ProviderName] = counts.GetValueOrDefault(e.ProviderName) + 1;
            Assert.True(source.Process());
            Assert.Equal(0, source.EventsLost);
        }
        Assert.True(counts.GetValueOrDefault("DebugRelay-Sample-Shop") > 10, string.Join(", ", counts));
        AssertNoSecrets(sample, File.ReadAllBytes(file), "the trace");
        foreach (string part in Directory.EnumerateFiles(host.Recordings, "*", SearchOption.AllDirectories))
            AssertNoSecrets(sample, File.ReadAllBytes(part), part);
        string told = string.Concat(Directory.EnumerateFiles(host.OnlyRecording(), "*.ndjson").Select(File.ReadAllText));
        // Native workers open no file at all.
        Assert.Matches("\"isolation\":\\[[^]]*\"(no-files|system-call-filter)\"", told);
        string text = Encoding.Unicode.GetString(File.ReadAllBytes(file)) + Encoding.Unicode.GetString(File.ReadAllBytes(file).AsSpan(1));
        Assert.Contains(sample.Harmless, h => text.Contains(h, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Stacks_of_a_cpu_trace_still_have_their_names()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        string file = host.Folder.File("cpu.nettrace");
        await using TestProcess client = await host.RunClientAsync("trace", $"{sample.Id}", "-o", file, "--duration", "2s", "--profile", "cpu");
        Assert.True(client.ExitCode == 0, client.Errors.Text + client.Output.Text);

        string etlx = TraceLog.CreateFromEventPipeDataFile(file, host.Folder.File("cpu.etlx"));
        using var log = new TraceLog(etlx);
        Assert.Equal(0, log.EventsLost);
        var methods = new HashSet<string>(log.CallStacks.Select(s => s.CodeAddress.FullMethodName));
        Assert.Contains(methods, m => m.StartsWith("System.Threading.", StringComparison.Ordinal));
    }

    private static void AssertNoSecrets(SampleProcess sample, byte[] bytes, string where)
    {
        foreach (PlantedSecret secret in sample.Secrets)
        {
            Assert.False(bytes.AsSpan().IndexOf(Encoding.UTF8.GetBytes(secret.Value)) >= 0, $"{secret.Name} ({secret.Surface}) is in {where} as UTF-8");
            Assert.False(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes(secret.Value)) >= 0, $"{secret.Name} ({secret.Surface}) is in {where} as UTF-16");
        }
    }
}
