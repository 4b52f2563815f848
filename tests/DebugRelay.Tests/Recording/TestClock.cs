namespace DebugRelay.Tests.Recording;

/// <summary>A clock that stands still until told, and whose timers fire when told.</summary>
internal sealed class TestClock : TimeProvider
{
    private readonly List<(TimerCallback Callback, object? State)> _timers = [];
    private readonly TaskCompletionSource _started = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task TimerStarted => _started.Task;

    public DateTimeOffset Now { get; set; } = TestPki.From.AddDays(10);

    public override DateTimeOffset GetUtcNow() => Now;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_timers)
            _timers.Add((callback, state));
        _started.TrySetResult();
        return new SilentTimer();
    }

    public void Tick()
    {
        (TimerCallback Callback, object? State)[] timers;
        lock (_timers)
            timers = [.. _timers];
        foreach (var (callback, state) in timers)
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
