using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Perf.Targets;

/// <summary>
/// How much later a counter's value comes through the relay than to who reads the process itself. Two sessions of one process would differ by up to a tenth of a
/// second whatever lies between, since the runtime empties each one's buffer in a rhythm of its own. So it is one session: this process stands in the target's
/// place, hands on what the host asks and what the target answers, and notes when each byte was there to be read.
/// </summary>
internal static class CounterDelay
{
    /// <param name="args">How many seconds, and a folder with the host's programs as they are published.</param>
    public static async Task RunAsync(string[] args)
    {
        var time = TimeSpan.FromSeconds(args.Length > 0 ? double.Parse(args[0], CultureInfo.InvariantCulture) : 60);
        BuiltPrograms.HostFolder = args.Length > 1 ? Path.GetFullPath(args[1]) : null;
        using var folder = new TemporaryFolder();
        await using SampleProcess shop = await SampleProcess.StartAsync();
        using var tap = new Tap(folder.Path, shop.Id);
        await using RelayHost host = await RelayHost.StartAsync(temporaryFolder: folder.Path);
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        Arrivals relayed = await ReadAsync(host.Port, alice, time);

        long[] direct = tap.Streams.Select(s => s.TimesOfEvents(Tap.ReplyBytes)).MaxBy(times => times.Length)!, through = relayed.TimesOfEvents(0);
        if (direct.Length != through.Length || direct.Length == 0)
            throw new InvalidOperationException($"{direct.Length} values came out of the process, {through.Length} through the relay");
        Report("all", direct, through, _ => true);
        // The worker has scrubbed nothing before the first ones.
        Report("after the first 2 s", direct, through, at => Stopwatch.GetElapsedTime(direct[0], at) > TimeSpan.FromSeconds(2));
    }

    private static void Report(string which, long[] direct, long[] through, Func<long, bool> counts)
    {
        double[] delays = [.. direct.Zip(through).Where(pair => counts(pair.First)).Select(pair => Stopwatch.GetElapsedTime(pair.First, pair.Second).TotalMilliseconds).Order()];
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{which}: {delays.Length} values, later through the relay by: median {At(delays, 0.5):0.00} ms, p90 {At(delays, 0.9):0.00}, p99 {At(delays, 0.99):0.00} (goal 1), most {delays[^1]:0.00}"));
    }

    private static double At(double[] sorted, double part) => sorted[(int)Math.Ceiling(part * sorted.Length) - 1];

    private static async Task<Arrivals> ReadAsync(int port, X509Certificate2 certificate, TimeSpan time)
    {
        var arrivals = new Arrivals();
        await using RawSession session = await RawSession.OpenAsync(port, certificate, CancellationToken.None);
        var target = new TargetProcess(Environment.ProcessId, HostProcesses.StartTimeOf(Environment.ProcessId), "", "", default);
        string[] names = ["System.Runtime", "Microsoft.AspNetCore.Hosting", "Microsoft-AspNetCore-Server-Kestrel", "System.Net.Http"];
        var parameters = new EventPipeParameters
        {
            Providers = [.. names.Select(name => new EventProvider(name, 0, 2, "EventCounterIntervalSec=1"))], BufferMegabytes = 10, Rundown = false,
        };
        await using RawClient counters = await session.SendAsync(session.Sign(session.Request("counters", target, parameters)), CancellationToken.None);
        await counters.Reader.ExpectAsync(FrameType.Accepted, CancellationToken.None);
        Task stopping = Task.Delay(time).ContinueWith(_ => counters.Writer.WriteAsync(FrameType.Stop, CancellationToken.None).AsTask(), TaskScheduler.Default).Unwrap();
        while (await counters.Reader.ReadAsync(CancellationToken.None) is { } frame && frame.Type != FrameType.End)
        {
            if (frame.Type == FrameType.Data)
                arrivals.Add(System.Buffers.BuffersExtensions.ToArray(frame.Payload));
        }
        await stopping;
        return arrivals;
    }
}

/// <summary>Bytes, and when each of them was there.</summary>
internal sealed class Arrivals
{
    private readonly List<(long Time, byte[] Bytes)> _pieces = [];

    public void Add(byte[] bytes) => _pieces.Add((Stopwatch.GetTimestamp(), bytes));

    /// <summary>When each event of the stream could be read, in its order; none where it is no stream.</summary>
    /// <param name="skip">Bytes before the stream.</param>
    public long[] TimesOfEvents(int skip)
    {
        if (_pieces.Sum(p => p.Bytes.Length) <= skip)
            return [];
        var times = new List<long>();
        using var stream = new Replay([.. _pieces], skip);
        using var source = new EventPipeEventSource(stream);
        source.Dynamic.All += data =>
        {
            if (data.EventName == "EventCounters")
                times.Add(stream.Time);
        };
        source.Process();
        return [.. times];
    }

    /// <summary>Gives one piece after the other, and says when the last one that was read came.</summary>
    private sealed class Replay((long Time, byte[] Bytes)[] pieces, int skip) : Stream
    {
        private int _piece;
        private int _at;
        private int _skip = skip;

        public long Time { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

        public override int Read(byte[] buffer, int offset, int count)
        {
            while (_piece < pieces.Length)
            {
                int drop = Math.Min(_skip, pieces[_piece].Bytes.Length - _at);
                (_at, _skip) = (_at + drop, _skip - drop);
                int some = Math.Min(count, pieces[_piece].Bytes.Length - _at);
                if (some > 0)
                {
                    Time = pieces[_piece].Time;
                    Array.Copy(pieces[_piece].Bytes, _at, buffer, offset, some);
                    _at += some;
                    return some;
                }
                (_piece, _at) = (_piece + 1, 0);
            }
            return 0;
        }

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}

/// <summary>This process's diagnostic socket, behind which another process answers.</summary>
internal sealed class Tap : IDisposable
{
    /// <summary>The runtime's answer before a stream.</summary>
    public const int ReplyBytes = 28;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Arrivals> _streams = [];
    private readonly string _target;

    public Tap(string folder, int target)
    {
        _target = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{target}-*-socket").Single();
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, $"dotnet-diagnostic-{Environment.ProcessId}-{HostProcesses.StartTimeOf(Environment.ProcessId)}-socket")));
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>What the target said on each connection.</summary>
    public IReadOnlyList<Arrivals> Streams => _streams;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (SocketException)
        {
            // It was disposed of.
        }
    }

    private async Task ServeAsync(Socket host)
    {
        using (host)
        using (var target = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await target.ConnectAsync(new UnixDomainSocketEndPoint(_target));
            var arrivals = new Arrivals();
            lock (_streams)
                _streams.Add(arrivals);
            Task asking = CarryAsync(host, target, null);
            await CarryAsync(target, host, arrivals);
            host.Shutdown(SocketShutdown.Both);
            await asking;
        }
    }

    private static async Task CarryAsync(Socket from, Socket to, Arrivals? arrivals)
    {
        byte[] buffer = new byte[256 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer)) > 0;)
            {
                arrivals?.Add(buffer[..read]);
                await to.SendAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }
}
