using System.Text;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
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
        await using RawSession session = await OpenAsync(host);
        await using RawClient trace = await StartTraceAsync(session, await FindAsync(session, sample.Id));
        await ReadDataAsync(trace);

        sample.Process.Kill();
        OperationEnd end = await ReadToEndAsync(trace);
        Assert.True(end.Partial);
        Assert.Equal(ErrorCode.TargetGone, end.Code);
        Assert.True(end.Bytes > 0);
        await ServesTheNextAsync(host);
    }

    [Fact]
    public async Task A_client_that_vanishes_leaves_no_session_in_the_process()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using (RawSession session = await OpenAsync(host))
        {
            RawClient trace = await StartTraceAsync(session, await FindAsync(session, sample.Id));
            await ReadDataAsync(trace);
            await trace.DisposeAsync();
        }
        // The agent says that the session is closed when its targets are let go.
        await host.Agent.WaitForErrorAsync(l => l.Contains("closed (client-gone)", StringComparison.Ordinal));
        // The runtime has room for 64 sessions: all of it is free again.
        await AssertSessionsFreeAsync(sample.Id);
        await ServesTheNextAsync(host);
    }

    [Fact]
    public async Task A_stop_ends_a_trace_whole()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await OpenAsync(host);
        await using RawClient trace = await StartTraceAsync(session, await FindAsync(session, sample.Id));
        await ReadDataAsync(trace);
        await trace.Writer.WriteAsync(FrameType.Stop, Cancellation);
        OperationEnd end = await ReadToEndAsync(trace);
        Assert.False(end.Partial, end.Message);
        Assert.True(end.Events!.Delivered > 0);
    }

    [Fact]
    public async Task An_agent_that_is_told_to_stop_ends_its_sessions_in_order()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await OpenAsync(host);
        await using RawClient trace = await StartTraceAsync(session, await FindAsync(session, sample.Id));
        await ReadDataAsync(trace);

        host.Agent.Terminate();
        OperationEnd end = await ReadToEndAsync(trace);
        Assert.Equal((true, ErrorCode.ShuttingDown), (end.Partial, end.Code));
        Assert.Equal(ErrorCode.ShuttingDown, (await ReadClosedAsync(session.Control)).Code);
        Assert.Equal(0, await host.Agent.WaitForExitAsync(Limits.Shutdown));
        await AssertSessionsFreeAsync(sample.Id);
        await using TestProcess verify = await TestProcess.RunAsync(BuiltPrograms.Client, ["recording", "verify", host.OnlyRecording(), "--ca", host.CaFile]);
        Assert.StartsWith("OK", verify.Output.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_worker_that_dies_is_said_and_replaced()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await OpenAsync(host);
        TargetProcess target = await FindAsync(session, sample.Id);
        await using RawClient trace = await StartTraceAsync(session, target);
        await ReadDataAsync(trace);

        HostProcesses.Kill(HostProcesses.WorkersOf(host).Single());
        OperationEnd end = await ReadToEndAsync(trace);
        Assert.True(end.Partial);
        Assert.Equal(ErrorCode.WorkerGone, end.Code);
        // The same session goes on, with another worker.
        await using RawClient next = await StartTraceAsync(session, target);
        await ReadDataAsync(next);
        await next.Writer.WriteAsync(FrameType.Stop, Cancellation);
        Assert.False((await ReadToEndAsync(next)).Partial);
        await AssertSessionsFreeAsync(sample.Id);
    }

    [Fact]
    public async Task A_broker_that_dies_ends_the_session_and_is_started_again()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await OpenAsync(host);
        await using RawClient trace = await StartTraceAsync(session, await FindAsync(session, sample.Id));
        await ReadDataAsync(trace);
        int worker = HostProcesses.WorkersOf(host).Single();

        HostProcesses.Kill(HostProcesses.BrokerOf(host));
        OperationEnd end = await ReadToEndAsync(trace);
        Assert.True(end.Partial);
        SessionClosed closed = await ReadClosedAsync(session.Control);
        Assert.Equal(ErrorCode.BrokerGone, closed.Code);
        await HostProcesses.WaitUntilGoneAsync(worker, Cancellation);
        await AssertSessionsFreeAsync(sample.Id);
        await ServesTheNextAsync(host);
    }

    [Fact]
    public async Task A_recordings_folder_that_cannot_be_written_means_no_session()
    {
        // Root writes everywhere: a file in the folder's place stops root too.
        await using RelayHost host = await RelayHost.StartAsync(prepare: f => f.WriteFile("recordings", "in the way"));
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => OpenAsync(host));
        Assert.Equal(ErrorCode.RecordingFailed, e.Refusal.Code);

        File.Delete(host.Recordings);
        await ServesTheNextAsync(host);
    }

    [Fact]
    public async Task A_kill_file_ends_live_sessions_and_refuses_new_ones()
    {
        await using RelayHost host = await RelayHost.StartAsync(prepare: f =>
            File.WriteAllText(f.File("agent.json"), File.ReadAllText(f.File("agent.json")).Replace("\"host\"", "\"killFile\": \"kill\", \"host\"", StringComparison.Ordinal)));
        await using RawSession session = await OpenAsync(host);
        host.Folder.WriteFile("kill", "");
        Assert.Equal(ErrorCode.Revoked, (await ReadClosedAsync(session.Control)).Code);
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => OpenAsync(host));
        Assert.Equal(ErrorCode.Denied, e.Refusal.Code);
        File.Delete(host.Folder.File("kill"));
        await ServesTheNextAsync(host);
    }

    internal static Task<RawSession> OpenAsync(RelayHost host) => RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);

    internal static async Task<TargetProcess> FindAsync(RawSession session, int pid)
        => await LookForAsync(session, pid) ?? throw new InvalidOperationException($"process {pid} is not in the list");

    /// <returns>Null when it is not in the list.</returns>
    internal static async Task<TargetProcess?> LookForAsync(RawSession session, int pid)
    {
        await using RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), Cancellation);
        await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        Frame data = await list.Reader.ExpectAsync(FrameType.Data, Cancellation);
        return ProtocolJson.Read(data.Payload, ProtocolJson.Default.ProcessList).Processes.SingleOrDefault(p => p.Process.Pid == pid)?.Process;
    }

    internal static async Task<RawClient> StartTraceAsync(RawSession session, TargetProcess target, string operation = "trace")
    {
        var parameters = new EventPipeParameters
        {
            Providers = [new EventProvider("DebugRelay-Sample-Shop", ulong.MaxValue, 5)],
            BufferMegabytes = 64,
            Rundown = false,
            DurationSeconds = 60,
        };
        RawClient client = await session.SendAsync(session.Sign(session.Request(operation, target, parameters)), Cancellation);
        await client.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        return client;
    }

    /// <summary>Waits for bytes of events: the first block may be the stream's head alone.</summary>
    internal static async Task ReadDataAsync(RawClient trace)
    {
        for (long bytes = 0; bytes < 1000;)
        {
            Frame frame = await trace.Reader.ReadAsync(Cancellation) ?? throw new InvalidOperationException("the trace's connection ended");
            Assert.True(frame.Type == FrameType.Data, $"{frame.Type} came where data was due: {Encoding.UTF8.GetString(frame.Payload)}");
            bytes += frame.Payload.Length;
        }
    }

    internal static async Task<OperationEnd> ReadToEndAsync(RawClient trace)
    {
        while (await trace.Reader.ReadAsync(Cancellation) is { } frame)
        {
            if (frame.Type == FrameType.End)
                return frame.Read(ProtocolJson.Default.OperationEnd);
            Assert.Equal(FrameType.Data, frame.Type);
        }
        throw new IOException("the agent closed without an end");
    }

    internal static async Task<SessionClosed> ReadClosedAsync(RawClient control)
    {
        while (await control.Reader.ReadAsync(Cancellation) is { } frame)
        {
            if (frame.Type == FrameType.SessionClosed)
                return frame.Read(ProtocolJson.Default.SessionClosed);
        }
        throw new IOException("the agent closed without a word");
    }

    internal static async Task ServesTheNextAsync(RelayHost host)
    {
        await using RawSession session = await OpenAsync(host);
        Assert.Equal(RelayHost.Alice, session.Opened.Identity);
        await using RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), Cancellation);
        await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
    }

    internal static async Task AssertSessionsFreeAsync(int pid)
    {
        const int all = 64;
        var client = new DiagnosticsClient(pid);
        var sessions = new List<EventPipeSession>();
        try
        {
            for (int i = 0; i < all; i++)
                sessions.Add(await client.StartEventPipeSessionAsync([new EventPipeProvider("None", System.Diagnostics.Tracing.EventLevel.Error)], false, 1, Cancellation));
        }
        finally
        {
            sessions.ForEach(s => s.Dispose());
        }
        Assert.Equal(all, sessions.Count);
    }
}
