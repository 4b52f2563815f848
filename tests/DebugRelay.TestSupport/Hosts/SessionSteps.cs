using System.Text;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>What most sessions with a host begin and end with. Each step throws where the host does anything else.</summary>
public static class SessionSteps
{
    /// <summary>Opens a session as Alice.</summary>
    public static Task<RawSession> OpenAsync(this RelayHost host, CancellationToken cancellation)
        => RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), cancellation);

    /// <summary>Opens a session and has it list processes: whatever befell others, the host serves on.</summary>
    public static async Task ServesTheNextAsync(this RelayHost host, CancellationToken cancellation)
    {
        await using RawSession session = await host.OpenAsync(cancellation);
        if (session.Opened.Identity != RelayHost.Alice)
            throw new InvalidOperationException($"the session is taken for {session.Opened.Identity}'s");
        await using RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), cancellation);
        await list.Reader.ExpectAsync(FrameType.Accepted, cancellation);
    }

    /// <summary>Looks a process up in the list that the session may see.</summary>
    public static async Task<TargetProcess> FindAsync(this RawSession session, int pid, CancellationToken cancellation)
        => await session.LookForAsync(pid, cancellation) ?? throw new InvalidOperationException($"process {pid} is not in the list");

    /// <returns>Null when it is not in the list.</returns>
    public static async Task<TargetProcess?> LookForAsync(this RawSession session, int pid, CancellationToken cancellation)
    {
        await using RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), cancellation);
        await list.Reader.ExpectAsync(FrameType.Accepted, cancellation);
        Frame data = await list.Reader.ExpectAsync(FrameType.Data, cancellation);
        return ProtocolJson.Read(data.Payload, ProtocolJson.Default.ProcessList).Processes.SingleOrDefault(p => p.Process.Pid == pid)?.Process;
    }

    /// <summary>Starts a trace of the sample shop's events, a minute long and without a rundown.</summary>
    public static async Task<RawClient> StartTraceAsync(this RawSession session, TargetProcess target, CancellationToken cancellation, string operation = "trace")
    {
        var parameters = new EventPipeParameters
        {
            Providers = [new EventProvider("DebugRelay-Sample-Shop", ulong.MaxValue, 5)],
            BufferMegabytes = 64,
            Rundown = false,
            DurationSeconds = 60,
        };
        RawClient client = await session.SendAsync(session.Sign(session.Request(operation, target, parameters)), cancellation);
        await client.Reader.ExpectAsync(FrameType.Accepted, cancellation);
        return client;
    }

    /// <summary>Waits for bytes of events: the first block may be the stream's head alone.</summary>
    public static async Task ReadDataAsync(this RawClient trace, CancellationToken cancellation)
    {
        for (long bytes = 0; bytes < 1000;)
        {
            Frame frame = await trace.Reader.ReadAsync(cancellation) ?? throw new InvalidOperationException("the trace's connection ended");
            bytes += DataOf(frame);
        }
    }

    /// <summary>Reads an operation's data to its end.</summary>
    public static async Task<OperationEnd> ReadToEndAsync(this RawClient operation, CancellationToken cancellation)
    {
        while (await operation.Reader.ReadAsync(cancellation) is { } frame)
        {
            if (frame.Type == FrameType.End)
                return frame.Read(ProtocolJson.Default.OperationEnd);
            DataOf(frame);
        }
        throw new IOException("the agent closed without an end");
    }

    /// <summary>Reads what a control connection is told until its session is closed.</summary>
    public static async Task<SessionClosed> ReadClosedAsync(this RawClient control, CancellationToken cancellation)
    {
        while (await control.Reader.ReadAsync(cancellation) is { } frame)
        {
            if (frame.Type == FrameType.SessionClosed)
                return frame.Read(ProtocolJson.Default.SessionClosed);
        }
        throw new IOException("the agent closed without a word");
    }

    private static long DataOf(Frame frame) => frame.Type == FrameType.Data
        ? frame.Payload.Length
        : throw new InvalidOperationException($"{frame.Type} came where data was due: {Encoding.UTF8.GetString(frame.Payload)}");
}
