using System.Globalization;
using System.Text.Json;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>Processes that call the broker (DOTNET_DiagnosticPorts), as a sidecar's neighbour does: their own sockets lie where the broker does not look.</summary>
public sealed class CallingTargetTests
{
    [Fact]
    public async Task A_process_that_waits_at_its_start_is_traced_from_there()
    {
        await using RelayHost host = await StartAsync(""", "holdSuspended": "60s" """);
        await using TestProcess target = StartTarget(host, "suspend");
        await SeenAsync(host, target);
        string file = host.Folder.File("start.nettrace");

        await using TestProcess client = await host.RunClientAsync("trace", $"{target.Id}", "-o", file, "--duration", "4s", "--providers", "Microsoft-Windows-DotNETRuntime:8:4");

        Assert.True(client.ExitCode == 0, client.Errors.Text + host.Agent.Errors.Text);
        await target.WaitForOutputAsync(l => l.Contains("\"ready\":true", StringComparison.Ordinal));
        var loaded = new List<string>();
        using (var source = new EventPipeEventSource(file))
        {
            source.Clr.LoaderAssemblyLoad += e => loaded.Add(e.FullyQualifiedAssemblyName);
            Assert.True(source.Process());
        }
        // What is loaded before the program's first line, and what it loads itself: all of it happened under the trace.
        Assert.Contains(loaded, a => a.StartsWith("System.Private.CoreLib", StringComparison.Ordinal));
        Assert.Contains(loaded, a => a.StartsWith("debugrelay-sample", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_process_that_nobody_traces_goes_on_and_one_that_does_not_wait_is_reached_again_and_again()
    {
        await using RelayHost host = await StartAsync("");
        await using TestProcess waiting = StartTarget(host, "suspend");
        await waiting.WaitForOutputAsync(l => l.Contains("\"ready\":true", StringComparison.Ordinal));
        await using TestProcess target = StartTarget(host, "nosuspend");
        await SeenAsync(host, target);
        for (int i = 0; i < 2; i++)
        {
            await using TestProcess counters = await host.RunClientAsync("counters", $"{target.Id}", "--duration", "1s", "--json");
            Assert.True(counters.ExitCode == 0, counters.Errors.Text + host.Agent.Errors.Text);
        }
    }

    private static Task<RelayHost> StartAsync(string more)
        => RelayHost.StartAsync(prepare: folder => RelayHost.AddToConfiguration(folder, $"\"diagnosticPort\": \"port\"{more}"));

    private static TestProcess StartTarget(RelayHost host, string how)
    {
        string own = Directory.CreateDirectory(host.Folder.File($"own-{how}")).FullName;
        var environment = new Dictionary<string, string?> { ["DOTNET_DiagnosticPorts"] = $"{host.Folder.File("port")},{how}", ["TMPDIR"] = own };
        return TestProcess.Start(BuiltPrograms.Sample, ["--secrets", Path.Combine(own, "secrets.json"), "--exit-with-parent"], environment);
    }

    private static async Task SeenAsync(RelayHost host, TestProcess target)
    {
        string pid = target.Id.ToString(CultureInfo.InvariantCulture);
        string seen = "";
        for (int i = 0; i < 20 && !seen.Contains($"\"pid\":{pid},", StringComparison.Ordinal); i++)
        {
            await using TestProcess list = await host.RunClientAsync("ps", "--json");
            seen = list.Output.Text;
        }
        using JsonDocument processes = JsonDocument.Parse(seen);
        Assert.Contains(processes.RootElement.EnumerateArray(), p => p.GetProperty("process").GetProperty("pid").GetInt32() == target.Id);
    }
}
