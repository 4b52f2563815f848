using System.Diagnostics;
using System.Security.Cryptography.X509Certificates;
using System.Net.Sockets;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Perf.Peers;

/// <summary>Milliseconds.</summary>
internal sealed record Times(double P50, double P99)
{
    public static Times Of(IEnumerable<double> milliseconds)
    {
        double[] sorted = [.. milliseconds.Order()];
        return new Times(sorted[sorted.Length / 2], sorted[(int)Math.Ceiling(sorted.Length * 0.99) - 1]);
    }
}

/// <summary>How long an answer takes, and what a connection costs the host.</summary>
internal static class Latencies
{
    private const int Repetitions = 100;
    private const int WarmUps = 5;
    private const int Handshakes = 200;

    /// <summary>Times something again and again.</summary>
    public static async Task<Times> OfAsync(Func<Task<double>> once, int repetitions = Repetitions)
    {
        for (int i = 0; i < WarmUps; i++)
            await once();
        var times = new List<double>();
        for (int i = 0; i < repetitions; i++)
            times.Add(await once());
        return Times.Of(times);
    }

    public static Task<double> ProcessInfo(string path)
    {
        long start = Stopwatch.GetTimestamp();
        DiagnosticPort.ProcessInfo(path);
        return Task.FromResult(Since(start));
    }

    /// <summary>From the order to trace to the first byte of the stream.</summary>
    public static async Task<double> FirstByteAsync(string path)
    {
        long start = Stopwatch.GetTimestamp();
        (Socket stream, ulong session) = DiagnosticPort.Trace(path, bufferMegabytes: 64);
        using (stream)
        {
            byte[] buffer = new byte[64 * 1024];
            stream.Receive(buffer);
            double time = Since(start);
            // It is read meanwhile, or the runtime would wait for it.
            Task stopping = Task.Run(() => DiagnosticPort.Stop(path, session));
            while (stream.Receive(buffer) > 0)
            {
                // To its end.
            }
            await stopping;
            return time;
        }
    }

    /// <summary>From nothing to the answer: connection, session, proof, another connection, the request.</summary>
    public static async Task<double> NewSessionAsync(int port, X509Certificate2 certificate, TargetProcess target)
    {
        long start = Stopwatch.GetTimestamp();
        await using RawSession session = await RawSession.OpenAsync(port, certificate, CancellationToken.None);
        await using RawClient info = await session.SendAsync(session.Sign(session.Request("process.info", target)), CancellationToken.None);
        await ToEndAsync(info);
        return Since(start);
    }

    /// <summary>From the request to the answer where a connection waits, as the client keeps one.</summary>
    public static async Task<double> OpenSessionAsync(RawSession session, int port, X509Certificate2 certificate, TargetProcess target)
    {
        await using RawClient spare = await RawClient.GreetAsync(port, certificate, CancellationToken.None);
        long start = Stopwatch.GetTimestamp();
        await spare.Writer.WriteAsync(FrameType.OpenOperation, session.Sign(session.Request("process.info", target)), ProtocolJson.Default.OpenOperation, CancellationToken.None);
        await ToEndAsync(spare);
        return Since(start);
    }

    public static async Task<double> SetUpAsync(int port, X509Certificate2 certificate)
    {
        long start = Stopwatch.GetTimestamp();
        await using RawClient client = await RawClient.GreetAsync(port, certificate, CancellationToken.None);
        return Since(start);
    }

    /// <summary>From a trace's order in an open session to the first byte of its stream.</summary>
    public static async Task<double> FirstByteAsync(RawSession session, TargetProcess target)
    {
        long start = Stopwatch.GetTimestamp();
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, RelayedPull.Burst(rundown: false))), CancellationToken.None);
        double? time = null;
        while (await trace.Reader.ReadAsync(CancellationToken.None) is { } frame && frame.Type != FrameType.End)
        {
            if (frame.Type == FrameType.Data && time is null)
            {
                time = Since(start);
                await trace.Writer.WriteAsync(FrameType.Stop, CancellationToken.None);
            }
        }
        return time ?? throw new InvalidOperationException("no byte came");
    }

    /// <summary>Milliseconds of processor time that a handshake costs those who serve it.</summary>
    public static async Task<double> HandshakeCostAsync(int server, Func<Task<double>> connect)
    {
        await connect();
        double before = ProcessTree.SecondsOf(server);
        for (int i = 0; i < Handshakes; i++)
            await connect();
        return (ProcessTree.SecondsOf(server) - before) * 1000 / Handshakes;
    }

    private static async Task ToEndAsync(RawClient client)
    {
        while (await client.Reader.ReadAsync(CancellationToken.None) is { } frame)
        {
            if (frame.Type == FrameType.Refused)
                throw new RefusedException(frame.ReadRefused());
            if (frame.Type == FrameType.End)
                return;
        }
        throw new IOException("the agent closed before the end");
    }

    private static double Since(long start) => Stopwatch.GetElapsedTime(start).TotalMilliseconds;
}
