using DebugRelay.Protocol.Messages;

namespace DebugRelay.DumpWorker;

/// <summary>
/// Ends this process when a dump takes more time than a sound one: lists bent into rings can send the debugger's library round for ever, and it takes no
/// orders meanwhile.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    /// <summary>A gigabyte takes five seconds of processor time on a slow machine ten: what takes this long will not end.</summary>
    private static readonly TimeSpan Least = TimeSpan.FromSeconds(30);

    private static readonly TimeSpan PerGigabyte = TimeSpan.FromSeconds(30);

    private readonly Timer _timer;

    /// <param name="bytes">Bytes of the dump.</param>
    /// <param name="tell">Told why the process ends.</param>
    public Watchdog(long bytes, Action<DumpLine> tell)
    {
        TimeSpan limit = LimitFor(bytes);
        // Processor time: a busy machine makes no dump suspicious.
        _timer = new Timer(_ => Check(limit, tell), null, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
    }

    /// <summary>Processor time for a dump of so many bytes.</summary>
    public static TimeSpan LimitFor(long bytes) => Least + (PerGigabyte * (bytes / 1e9));

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();

    private static void Check(TimeSpan limit, Action<DumpLine> tell)
    {
        if (Environment.CpuUsage.TotalTime < limit)
            return;
        var failure = new Refused(DumpException.BadDump, $"the dump cannot be read: it took more than {limit.TotalSeconds:0} s of processor time, as no sound one of its size does");
        tell(new DumpLine(Failure: failure));
        Environment.Exit(1);
    }
}
