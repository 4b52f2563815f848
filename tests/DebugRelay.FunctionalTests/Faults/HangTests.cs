using System.Net.Sockets;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Faults;

/// <summary>Targets, workers and brokers that hang, reset, or are killed: nobody waits for them for ever, and nothing of theirs stays.</summary>
public sealed class HangTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_target_that_resets_its_stream_ends_the_operation()
    {
        using var sockets = new TemporaryFolder();
        using var runtime = new FakeRuntime(sockets.Path);
        await using RelayHost host = await RelayHost.StartAsync(temporaryFolder: sockets.Path);
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(Environment.ProcessId, Cancellation);
        Task<RawClient> starting = session.StartTraceAsync(target, Cancellation);
        Socket stream = await runtime.AcceptAsync(Cancellation);
        FakeRuntime.AcceptTrace(stream);
        await using RawClient trace = await starting;

        // What the host sent was never read: a close is then a reset.
        stream.Dispose();
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.Equal((true, ErrorCode.TargetGone), (end.Partial, end.Code));
        await host.ServesTheNextAsync(Cancellation);
    }

    [Fact]
    public async Task A_target_that_is_stopped_does_not_keep_the_agent_from_stopping_in_order()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);
        sample.Process.Suspend();
        try
        {
            host.Agent.Terminate();
            Assert.True((await trace.ReadToEndAsync(Cancellation)).Partial);
            Assert.Equal(0, await host.Agent.WaitForExitAsync(Limits.Shutdown));
        }
        finally
        {
            sample.Process.Resume();
        }
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
        await using TestProcess verify = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", host.OnlyRecording(), "--ca", host.CaFile]);
        Assert.StartsWith("OK", verify.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_hangs_is_killed_when_its_session_ends()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        int worker;
        await using (RawSession session = await host.OpenAsync(Cancellation))
        {
            await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
            await trace.ReadDataAsync(Cancellation);
            worker = HostProcesses.WorkersOf(host).Single();
            HostProcesses.Suspend(worker);
        }
        await HostProcesses.WaitUntilGoneAsync(worker, Cancellation).WaitAsync(Limits.StopDrain, Cancellation);
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
        await host.ServesTheNextAsync(Cancellation);
    }

    [Fact]
    public async Task A_process_that_is_stopped_when_its_trace_begins_keeps_no_session()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        sample.Process.Suspend();
        var parameters = new EventPipeParameters { Providers = [new EventProvider("Nobody", 0, 0)], BufferMegabytes = 1, Rundown = false, DurationSeconds = 60 };
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, parameters)), Cancellation);
        Assert.Equal(ErrorCode.TargetFailed, (await trace.LastWordAsync(Cancellation))?.Code);
        // It finds the request now, and that nobody waits for the answer.
        sample.Process.Resume();
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
    }

    [Fact]
    public async Task A_broker_that_hangs_is_said_in_time_and_serves_on_when_it_can()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        int broker = HostProcesses.BrokerOf(host);
        HostProcesses.Suspend(broker);
        try
        {
            Task<RefusedException> opening = Assert.ThrowsAsync<RefusedException>(() => host.OpenAsync(Cancellation));
            await using RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), Cancellation);
            Assert.Equal(ErrorCode.BrokerGone, (await list.LastWordAsync(Cancellation).WaitAsync(Limits.Opening * 2, Cancellation))?.Code);
            Assert.Equal(ErrorCode.BrokerGone, (await opening.WaitAsync(Limits.Opening, Cancellation)).Refusal.Code);
        }
        finally
        {
            HostProcesses.Resume(broker);
        }
        await host.ServesTheNextAsync(Cancellation);
    }

    [Fact]
    public async Task An_agent_and_a_broker_that_are_killed_leave_nothing()
    {
        using var temporary = new TemporaryFolder();
        await using RelayHost host = await RelayHost.StartAsync(temporaryFolder: temporary.Path);
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using (RawSession first = await host.OpenAsync(Cancellation))
        {
            HostProcesses.Kill(HostProcesses.BrokerOf(host));
            Assert.Equal(ErrorCode.BrokerGone, (await first.Control.ReadClosedAsync(Cancellation)).Code);
        }

        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);
        int broker = HostProcesses.BrokerOf(host);
        int worker = HostProcesses.WorkersOf(host).Single();
        host.Agent.Kill();
        await HostProcesses.WaitUntilGoneAsync(broker, Cancellation).WaitAsync(Limits.StopDrain, Cancellation);
        await HostProcesses.WaitUntilGoneAsync(worker, Cancellation).WaitAsync(Limits.StopDrain, Cancellation);
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
        Assert.Empty(Directory.GetFileSystemEntries(temporary.Path, "debugrelay-*"));
    }

    [Fact]
    public async Task A_second_broker_on_a_socket_is_refused_and_the_first_serves_on()
    {
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        string[] arguments = ["run", "--config", RelayHost.WriteConfiguration(folder, authority, RelayHost.OpenPolicy), "--socket", folder.File("broker")];
        await using TestProcess first = TestProcess.Start(BuiltPrograms.Broker, arguments, RelayHost.NoDiagnostics);
        await first.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
        await using TestProcess second = TestProcess.Start(BuiltPrograms.Broker, arguments, RelayHost.NoDiagnostics);
        Assert.Equal(1, await second.WaitForExitAsync());
        Assert.Contains("another broker", second.Errors.Text, StringComparison.Ordinal);
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(folder.File("broker")), Cancellation);

        // One that was killed is not in the way of the next.
        first.Kill();
        await first.WaitForExitAsync();
        await using TestProcess third = TestProcess.Start(BuiltPrograms.Broker, arguments, RelayHost.NoDiagnostics);
        await third.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
        third.Terminate();
        Assert.Equal(0, await third.WaitForExitAsync());
        Assert.False(File.Exists(folder.File("broker")));
    }
}
