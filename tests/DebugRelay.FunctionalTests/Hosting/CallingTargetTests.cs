using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>Processes that call the broker (DOTNET_DiagnosticPorts), as a sidecar's neighbour does: their own sockets lie where the broker does not look.</summary>
public sealed class CallingTargetTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_that_waits_at_its_start_is_traced_from_there()
    {
        await using RelayHost host = await StartAsync(""", "holdSuspended": "60s" """);
        await using TestProcess target = StartTarget(host, "suspend");
        await using (RawSession session = await host.OpenAsync(Cancellation))
            await SeenAsync(session, target);
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
    public async Task A_process_that_nobody_traces_goes_on_and_is_reached_again_and_again()
    {
        await using RelayHost host = await StartAsync("");
        await using TestProcess target = StartTarget(host, "suspend");
        await target.WaitForOutputAsync(l => l.Contains("\"ready\":true", StringComparison.Ordinal));
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess process = await SeenAsync(session, target);
        for (int i = 0; i < 2; i++)
        {
            await using RawClient trace = await session.StartTraceAsync(process, Cancellation);
            await trace.ReadDataAsync(Cancellation);
            await trace.Writer.WriteAsync(FrameType.Stop, Cancellation);
            await trace.ReadToEndAsync(Cancellation);
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

    /// <summary>It calls when its runtime has come so far.</summary>
    private static Task<TargetProcess> SeenAsync(RawSession session, TestProcess target)
        => Wait.ForAsync(() => session.LookForAsync(target.Id, Cancellation), () => $"for process {target.Id} in the list", cancellation: Cancellation);
}
