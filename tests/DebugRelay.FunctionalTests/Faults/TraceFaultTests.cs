using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Faults;

/// <summary>What goes wrong while a trace runs. After each, the host serves on.</summary>
public sealed class TraceFaultTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_process_that_dies_leaves_a_partial_trace_that_says_so()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);

        sample.Process.Kill();
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.True(end.Partial);
        Assert.Equal(ErrorCode.TargetGone, end.Code);
        Assert.True(end.Bytes > 0);
        await host.ServesTheNextAsync(Cancellation);
    }

    [Fact]
    public async Task A_client_that_vanishes_leaves_no_session_in_the_process()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using (RawSession session = await host.OpenAsync(Cancellation))
        {
            RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
            await trace.ReadDataAsync(Cancellation);
            await trace.DisposeAsync();
        }
        // The agent says that the session is closed when its targets are let go.
        await host.Agent.WaitForErrorAsync(l => l.Contains("closed (client-gone)", StringComparison.Ordinal));
        // The runtime has room for 64 sessions: all of it is free again.
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
        await host.ServesTheNextAsync(Cancellation);
    }

    [Fact]
    public async Task A_stop_ends_a_trace_whole()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);
        await trace.Writer.WriteAsync(FrameType.Stop, Cancellation);
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.False(end.Partial, end.Message);
        Assert.True(end.Events!.Delivered > 0);
    }

    [Fact]
    public async Task An_agent_that_is_told_to_stop_ends_its_sessions_in_order()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);

        host.Agent.Terminate();
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.Equal((true, ErrorCode.ShuttingDown), (end.Partial, end.Code));
        Assert.Equal(ErrorCode.ShuttingDown, (await session.Control.ReadClosedAsync(Cancellation)).Code);
        Assert.Equal(0, await host.Agent.WaitForExitAsync(Limits.Shutdown));
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
        await using TestProcess verify = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", host.OnlyRecording(), "--ca", host.CaFile]);
        Assert.StartsWith("OK", verify.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_dies_is_said_and_replaced()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        await using RawClient trace = await session.StartTraceAsync(target, Cancellation);
        await trace.ReadDataAsync(Cancellation);

        HostProcesses.Kill(HostProcesses.WorkersOf(host).Single());
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.True(end.Partial);
        Assert.Equal(ErrorCode.WorkerGone, end.Code);
        // The same session goes on, with another worker.
        await using RawClient next = await session.StartTraceAsync(target, Cancellation);
        await next.ReadDataAsync(Cancellation);
        await next.Writer.WriteAsync(FrameType.Stop, Cancellation);
        Assert.False((await next.ReadToEndAsync(Cancellation)).Partial);
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
    }

    [Fact]
    public async Task A_broker_that_dies_ends_the_session_and_is_started_again()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);
        int worker = HostProcesses.WorkersOf(host).Single();

        HostProcesses.Kill(HostProcesses.BrokerOf(host));
        OperationEnd end = await trace.ReadToEndAsync(Cancellation);
        Assert.Equal((true, ErrorCode.BrokerGone), (end.Partial, end.Code));
        SessionClosed closed = await session.Control.ReadClosedAsync(Cancellation);
        Assert.Equal(ErrorCode.BrokerGone, closed.Code);
        await HostProcesses.WaitUntilGoneAsync(worker, Cancellation);
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
        await host.ServesTheNextAsync(Cancellation);
    }

    /// <summary>A broker that is killed with something unread resets its workers' connections. They end in order all the same, and what they have goes to its end.</summary>
    [Fact]
    public async Task A_worker_whose_broker_was_killed_with_something_unread_ends_in_order()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess gone = await SampleProcess.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        await using RawClient ended = await session.StartTraceAsync(await session.FindAsync(gone.Id, Cancellation), Cancellation);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(sample.Id, Cancellation), Cancellation);
        await trace.ReadDataAsync(Cancellation);
        int worker = HostProcesses.WorkersOf(host).Single();
        int broker = HostProcesses.BrokerOf(host);

        HostProcesses.Suspend(broker);
        gone.Process.Kill();
        // Its end comes by the agent's connection, and waits for the broker on the other one.
        Assert.Equal(ErrorCode.TargetGone, (await ended.ReadToEndAsync(Cancellation)).Code);
        HostProcesses.Kill(broker);

        Assert.Equal(ErrorCode.BrokerGone, (await trace.ReadToEndAsync(Cancellation)).Code);
        await HostProcesses.WaitUntilGoneAsync(worker, Cancellation);
        await TargetSessions.UntilFreeAsync(sample.Id, Cancellation);
        Assert.DoesNotContain("Unhandled exception", host.Agent.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_recordings_folder_that_cannot_be_written_means_no_session()
    {
        // Root writes everywhere: a file in the folder's place stops root too.
        await using RelayHost host = await RelayHost.StartAsync(prepare: f => f.WriteFile("recordings", "in the way"));
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => host.OpenAsync(Cancellation));
        Assert.Equal(ErrorCode.RecordingFailed, e.Refusal.Code);

        File.Delete(host.Recordings);
        await host.ServesTheNextAsync(Cancellation);
    }

    [Fact]
    public async Task A_kill_file_ends_live_sessions_and_refuses_new_ones()
    {
        await using RelayHost host = await RelayHost.StartAsync(prepare: f =>
            File.WriteAllText(f.File("agent.json"), File.ReadAllText(f.File("agent.json")).Replace("\"host\"", "\"killFile\": \"kill\", \"host\"", StringComparison.Ordinal)));
        await using RawSession session = await host.OpenAsync(Cancellation);
        host.Folder.WriteFile("kill", "");
        Assert.Equal(ErrorCode.Revoked, (await session.Control.ReadClosedAsync(Cancellation)).Code);
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => host.OpenAsync(Cancellation));
        Assert.Equal(ErrorCode.Denied, e.Refusal.Code);
        File.Delete(host.Folder.File("kill"));
        await host.ServesTheNextAsync(Cancellation);
    }
}
