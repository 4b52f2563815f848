namespace DebugRelay.Recording;

/// <summary>
/// Tells when a write or a sync takes too long. Such a call cannot be interrupted; who waits for it can be told that it is not worth waiting.
/// </summary>
internal sealed class DiskWatch : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private readonly TimeProvider _time;
    private readonly ITimer _timer;
    private readonly Action<IOException> _late;
    private readonly Lock _lock = new();
    private readonly HashSet<Work> _running = [];

    /// <param name="time">The clock.</param>
    /// <param name="late">Is told when something is late; more than once, if it stays so.</param>
    public DiskWatch(TimeProvider time, Action<IOException> late)
    {
        (_time, _late) = (time, late);
        _timer = time.CreateTimer(_ => Look(), null, Interval, Interval);
    }

    /// <summary>Something begins that may hang.</summary>
    /// <returns>Dispose it when it is done.</returns>
    public Work Begin()
    {
        var work = new Work(this, _time.GetTimestamp());
        lock (_lock)
            _running.Add(work);
        return work;
    }

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        lock (_lock)
        {
            if (_running.Count == 0 || _time.GetElapsedTime(_running.Min(work => work.Began)) < Limits.DiskPatience)
                return;
        }

        _late(new IOException($"the disk has not taken what was written within {Limits.DiskPatience.TotalSeconds:0} s"));
    }

    /// <summary>Something that may hang.</summary>
    internal sealed class Work(DiskWatch watch, long began) : IDisposable
    {
        public long Began => began;

        public void Dispose()
        {
            lock (watch._lock)
                watch._running.Remove(this);
        }
    }
}
