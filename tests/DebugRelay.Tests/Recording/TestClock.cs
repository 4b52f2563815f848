namespace DebugRelay.Tests.Recording;

/// <summary>A clock that stands still until told, and whose timers fire when told.</summary>
internal sealed class TestClock : TimeProvider
{
    private readonly List<(TimerCallback Callback, object? State, TimeSpan Period)> _timers = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task TimerStarted => _started.Task;

    /// <summary>The periods of its timers.</summary>
    public IReadOnlyList<TimeSpan> Periods
    {
        get
        {
            lock (_timers)
                return [.. _timers.Select(timer => timer.Period)];
        }
    }

    public DateTimeOffset Now { get; set; } = TestPki.From.AddDays(10);

    /// <summary>How long it has run, for what measures by it.</summary>
    public TimeSpan Elapsed { get; set; }

    public override DateTimeOffset GetUtcNow() => Now;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_timers)
            _timers.Add((callback, state, period));
        // The one that seals segments, not the one that watches the disk.
        if (period > TimeSpan.FromSeconds(1))
            _started.TrySetResult();
        return new SilentTimer();
    }

    /// <summary>Fires all timers, or those of one period.</summary>
    public void Tick(TimeSpan? period = null)
    {
        (TimerCallback Callback, object? State, TimeSpan Period)[] timers;
        lock (_timers)
            timers = [.. _timers.Where(timer => period is null || timer.Period == period)];
        foreach (var (callback, state, _) in timers)
            callback(state);
    }

    private sealed class SilentTimer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
