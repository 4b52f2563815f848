using System.Diagnostics;
using System.Net.NetworkInformation;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Faults;

/// <summary>A host that is stopped, or cannot start: in order, soon, and with an exit code that tells.</summary>
public sealed class HostStopTests
{
    private const int Interrupt = 2;
    private const int Terminate = 15;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A terminal's Ctrl-C or end and a service manager's stop reach the agent, its broker and the workers alike.</summary>
    [Theory]
    [InlineData(Interrupt)]
    [InlineData(Terminate)]
    public async Task A_signal_to_all_processes_of_a_host_ends_a_trace_in_order(int signal)
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);
        int[] processes = [host.Agent.Id, .. HostProcesses.WorkersOf(host), HostProcesses.BrokerOf(host)];
        Array.ForEach(processes, p => HostProcesses.Signal(p, signal));

        long signalled = Stopwatch.GetTimestamp();
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.Equal(ErrorCode.ShuttingDown, end.Code);
        Assert.Equal(ErrorCode.ShuttingDown, (await session.Control.ReadClosedAsync(Cancellation)).Code);
        Assert.True(end.Events?.Delivered > 0);
        Assert.Equal(0, await host.Agent.WaitForExitAsync(Limits.Shutdown));
        Assert.True(Stopwatch.GetElapsedTime(signalled) < TimeSpan.FromSeconds(5), "A service manager is told five seconds.");
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
        await using TestProcess verify = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", host.OnlyRecording(), "--ca", host.CaFile]);
        Assert.StartsWith("OK", verify.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_that_wait_do_not_hold_up_a_stop()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using RawClient silent = await RawClient.GreetAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
        await using RawClient unproven = await RawClient.GreetAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
        await unproven.Writer.WriteAsync(FrameType.OpenSession, new OpenSession("raw", "test", null), ProtocolJson.Default.OpenSession, Cancellation);
        await unproven.Reader.ExpectAsync(FrameType.Challenge, Cancellation);

        host.Agent.Terminate();
        Assert.Equal(ErrorCode.ShuttingDown, (await silent.LastWordAsync(Cancellation))?.Code);
        Assert.Equal(ErrorCode.ShuttingDown, (await unproven.LastWordAsync(Cancellation))?.Code);
        Assert.Equal(0, await host.Agent.WaitForExitAsync(Limits.LastBytes));
    }

    [Fact]
    public async Task A_client_that_takes_nothing_is_let_go_when_its_session_has_ended()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync("--burst", "--rate", "1");
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        var parameters = new EventPipeParameters
        {
            Providers = [new EventProvider("DebugRelay-Sample-Burst", ulong.MaxValue, 5)],
            BufferMegabytes = 64,
            Rundown = false,
            DurationSeconds = 60,
        };
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, parameters)), Cancellation);
        await trace.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        string recorded = Path.Combine(host.OnlyRecording(), "streams", "0002.nettrace");
        // More than all buffers on the way hold.
        await Wait.UntilAsync(() => File.Exists(recorded) && new FileInfo(recorded).Length > 24 << 20, "24 MB are recorded", cancellation: Cancellation);

        await session.Control.Writer.WriteAsync(FrameType.CloseSession, Cancellation);
        await session.Control.ReadClosedAsync(Cancellation);
        await Wait.UntilAsync(() => !ConnectionsTo(host.Port).Any(), "no connection is left", Limits.LastBytes * 3, Cancellation);
    }

    /// <summary>Both would take what they do not understand for nothing: grants for unused, revoked certificates for good.</summary>
    [Fact]
    public async Task What_a_later_version_has_left_is_not_touched()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        string configuration = RelayHost.WriteConfiguration(folder, authority, RelayHost.OpenPolicy);
        foreach ((string program, string role, string[] more) in new[] { (BuiltPrograms.Agent, "agent", Array.Empty<string>()), (BuiltPrograms.Broker, "broker", ["--socket", folder.File("b")]) })
        {
            Directory.CreateDirectory(folder.File($"state/{role}"));
            folder.WriteFile($"state/{role}/format", "2");
            await using TestProcess process = await TestProcess.RunAsync(program, ["run", "--config", configuration, .. more], RelayHost.NoDiagnostics);
            Assert.Equal(1, process.ExitCode);
            Assert.Contains("was written by a later version", process.Errors.Text, StringComparison.Ordinal);
            Assert.Equal([folder.File($"state/{role}/format")], Directory.GetFiles(folder.File($"state/{role}"), "*", SearchOption.AllDirectories));
        }
    }

    [Fact]
    public async Task An_agent_that_cannot_start_its_broker_fails_and_says_so()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        string configuration = RelayHost.WriteConfiguration(folder, authority, RelayHost.OpenPolicy);
        string[] own = [.. ((string[])["debugrelay-agent*", "DebugRelay.*.dll", "Microsoft.Extensions.*.dll", "System.*.dll"]).SelectMany(names => Directory.GetFiles(AppContext.BaseDirectory, names))];
        Array.ForEach(own, f => File.Copy(f, folder.File(Path.GetFileName(f))));
        await using TestProcess agent = await TestProcess.RunAsync(folder.File("debugrelay-agent"), ["run", "--config", configuration], RelayHost.NoDiagnostics);
        Assert.True(agent.ExitCode == 1, agent.Errors.Text);
        Assert.Contains("debugrelay-agent: debugrelay-broker could not be started", agent.Errors.Text, StringComparison.Ordinal);
    }

    /// <summary>Its program may just be replaced, and memory may be there in a moment.</summary>
    [Fact]
    public async Task An_agent_that_cannot_start_its_broker_again_tries_until_it_can()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        string configuration = RelayHost.WriteConfiguration(folder, authority, RelayHost.OpenPolicy);
        foreach (string file in Directory.GetFiles(AppContext.BaseDirectory, "debugrelay-*").Union(Directory.GetFiles(AppContext.BaseDirectory, "*.dll")))
            File.Copy(file, folder.File(Path.GetFileName(file)));
        await using TestProcess agent = TestProcess.Start(folder.File("debugrelay-agent"), ["run", "--config", configuration], RelayHost.NoDiagnostics);
        int? first = null;
        await Wait.UntilAsync(() => (first = HostProcesses.FindBrokerOf(agent.Id)) is not null, () => $"there is a broker: {agent.Errors.Text}", cancellation: Cancellation);
        File.Move(folder.File("debugrelay-broker"), folder.File("elsewhere"));
        HostProcesses.Kill(first!.Value);
        await agent.WaitForErrorAsync(l => l.Contains("the broker cannot be started, which is tried again", StringComparison.Ordinal));
        File.Move(folder.File("elsewhere"), folder.File("debugrelay-broker"));
        await Wait.UntilAsync(() => HostProcesses.FindBrokerOf(agent.Id) is { } next && next != first, () => $"there is another broker: {agent.Errors.Text}", cancellation: Cancellation);
        agent.Terminate();
        Assert.Equal(0, await agent.WaitForExitAsync());
    }

    private static IEnumerable<TcpConnectionInformation> ConnectionsTo(int port) => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpConnections()
        .Where(c => c.LocalEndPoint.Port == port && c.State is not (TcpState.TimeWait or TcpState.Closed));
}
