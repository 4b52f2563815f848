using DebugRelay.Protocol;

namespace DebugRelay.Agent.Sessions;

/// <summary>Who watches a session, and the signal that something about it has changed: a watcher came or left, a stream began.</summary>
internal sealed class Watchers
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = New();
    private int _present;

    /// <summary>Whether somebody watches.</summary>
    public bool Any => Volatile.Read(ref _present) > 0;

    /// <summary>Counts a watcher, another identity than the session's own.</summary>
    /// <returns>Dispose it when he leaves.</returns>
    public IDisposable Enter()
    {
        Interlocked.Increment(ref _present);
        Pulse();
        return new Presence(this);
    }

    /// <summary>Wakes those who wait, to look again.</summary>
    public void Pulse()
    {
        TaskCompletionSource before;
        lock (_lock)
            (before, _changed) = (_changed, New());
        before.TrySetResult();
    }

    /// <summary>Waits until something holds; it is looked at again after each change.</summary>
    public async Task UntilAsync(Func<bool> holds, CancellationToken cancellation)
    {
        while (true)
        {
            Task changed;
            lock (_lock)
                changed = _changed.Task;
            if (holds())
                return;
            await changed.WaitAsync(cancellation);
        }
    }

    /// <summary>Ends an operation that must be watched when nobody has watched it for a while.</summary>
    public async Task KeepAsync(RunningOperation operation, CancellationToken over)
    {
        try
        {
            while (true)
            {
                await UntilAsync(() => !Any, over);
                await UntilAsync(() => Any, over).WaitAsync(Limits.ObserverGrace, over);
            }
        }
        catch (TimeoutException)
        {
            operation.End(ErrorCode.Unobserved, $"nobody has watched for {Limits.ObserverGrace.TotalSeconds:0} s, and the role asks for it");
        }
        catch (OperationCanceledException)
        {
            // The operation is over.
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);

    private sealed class Presence(Watchers watchers) : IDisposable
    {
        private int _left;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _left, 1) != 0)
                return;
            Interlocked.Decrement(ref watchers._present);
            watchers.Pulse();
        }
    }
}
