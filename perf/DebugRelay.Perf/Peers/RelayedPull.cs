using System.Buffers;
using System.Diagnostics;
using System.Net.Sockets;
using DebugRelay.NetTrace;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Perf.Peers;

/// <summary>Short traces that are stopped at full speed, and one that is taken slowly.</summary>
internal static class RelayedPull
{
    private const int ReadSize = 64 * 1024;
    private static readonly TimeSpan Short = TimeSpan.FromMilliseconds(120);

    public static EventPipeParameters Burst(bool rundown) => new()
    {
        Providers = [new EventProvider("DebugRelay-Sample-Burst", ulong.MaxValue, 5)],
        BufferMegabytes = TracePaths.BufferMegabytes,
        Rundown = rundown,
    };

    /// <summary>How many of so many short pulls over a path end before the stream does.</summary>
    public static async Task<int> CutAsync(string path, int pulls)
    {
        int cut = 0;
        for (int i = 0; i < pulls; i++)
            cut += await IsWholeAsync(await PullAsync(path)) ? 0 : 1;
        return cut;
    }

    /// <summary>The same through the relay, in one session.</summary>
    public static async Task<int> CutAsync(RawSession session, TargetProcess target, int pulls)
    {
        int cut = 0;
        for (int i = 0; i < pulls; i++)
            cut += await PullAsync(session, target) ? 0 : 1;
        return cut;
    }

    /// <summary>Takes bytes at a rate for some seconds, stops, and takes the rest.</summary>
    /// <param name="session">The session.</param>
    /// <param name="target">What to trace.</param>
    /// <param name="seconds">Until the stop.</param>
    /// <param name="bytesPerSecond">0: as fast as they come.</param>
    /// <returns>Bytes that the worker took from the target in a second, and what the agent says at the end.</returns>
    public static async Task<(double DrainedPerSecond, OperationEnd End)> SlowlyAsync(RawSession session, TargetProcess target, double seconds, double bytesPerSecond)
    {
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, Burst(rundown: false))), CancellationToken.None);
        await trace.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
        var clock = Stopwatch.StartNew();
        long got = 0;
        double stopped = 0;
        while (await trace.Reader.ReadAsync(CancellationToken.None) is { } frame)
        {
            if (frame.Type == FrameType.End)
            {
                OperationEnd end = frame.Read(ProtocolJson.Default.OperationEnd);
                return ((end.Bytes + (end.Events?.LostBytes ?? 0)) / stopped, end);
            }
            got += frame.Payload.Length;
            if (bytesPerSecond > 0 && (got / bytesPerSecond) - clock.Elapsed.TotalSeconds is > 0 and var early)
                await Task.Delay(TimeSpan.FromSeconds(early));
            if (stopped == 0 && clock.Elapsed.TotalSeconds > seconds)
            {
                stopped = clock.Elapsed.TotalSeconds;
                await trace.Writer.WriteAsync(FrameType.Stop, CancellationToken.None);
            }
        }
        throw new IOException("the agent closed before the end");
    }

    private static async Task<byte[]> PullAsync(string path)
    {
        (Socket socket, ulong id) = DiagnosticPort.Trace(path, TracePaths.BufferMegabytes);
        using Socket stream = socket;
        Task stopping = Task.Run(async () =>
        {
            await Task.Delay(Short);
            DiagnosticPort.Stop(path, id);
        });
        var received = new MemoryStream();
        byte[] buffer = new byte[ReadSize];
        try
        {
            while (stream.Receive(buffer) is > 0 and int got)
                received.Write(buffer, 0, got);
        }
        catch (SocketException)
        {
            // Reset: what came is all.
        }
        await stopping.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return received.ToArray();
    }

    private static async Task<bool> PullAsync(RawSession session, TargetProcess target)
    {
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, Burst(rundown: true))), CancellationToken.None);
        await trace.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
        Task stopping = Task.Delay(Short).ContinueWith(_ => trace.Writer.WriteAsync(FrameType.Stop, CancellationToken.None).AsTask(), TaskScheduler.Default).Unwrap();
        var received = new MemoryStream();
        while (await trace.Reader.ReadAsync(CancellationToken.None) is { } frame)
        {
            if (frame.Type == FrameType.End)
            {
                await stopping;
                return !frame.Read(ProtocolJson.Default.OperationEnd).Partial && await IsWholeAsync(received.ToArray());
            }
            received.Write(frame.Payload.ToArray());
        }
        return false;
    }

    private static async Task<bool> IsWholeAsync(byte[] trace)
    {
        var reader = new NetTraceReader(System.IO.Pipelines.PipeReader.Create(new ReadOnlySequence<byte>(trace)));
        while (await reader.ReadAsync())
        {
            // To its end.
        }
        return reader.IsComplete;
    }
}
