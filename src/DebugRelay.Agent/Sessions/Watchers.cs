using System.Collections.Immutable;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Agent.Sessions;

/// <summary>Who watches a session, and the signal that something about it has changed: a watcher came or left, a stream began.</summary>
internal sealed class Watchers
{
    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = New();
    private ImmutableList<Watcher> _present = [];

    /// <summary>Whether somebody watches an operation, or waits for one and may see this.</summary>
    public bool Watch(OperationRequest request, TargetProcess? target) => Volatile.Read(ref _present).Exists(watcher => watcher.Watches(request, target));

    /// <summary>Counts a watcher, another identity than the session's own.</summary>
    /// <returns>Dispose it when he leaves.</returns>
    public Watcher Enter(Func<TargetProcess?, bool> maySee)
    {
        var watcher = new Watcher(this, maySee);
        ImmutableInterlocked.Update(ref _present, present => present.Add(watcher));
        Pulse();
        return watcher;
    }

    /// <summary>Forgets him.</summary>
    public void Leave(Watcher watcher)
    {
        ImmutableInterlocked.Update(ref _present, present => present.Remove(watcher));
        Pulse();
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
                await UntilAsync(() => !Watch(operation.Request, operation.Target), over);
                await UntilAsync(() => Watch(operation.Request, operation.Target), over).WaitAsync(Limits.ObserverGrace, over);
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
}

/// <summary>One who watches a session: one operation of it, or, before it begins, whichever he may see.</summary>
/// <param name="watchers">Those among whom he is counted.</param>
/// <param name="maySee">Whether his roles let him see what is had of a process.</param>
internal sealed class Watcher(Watchers watchers, Func<TargetProcess?, bool> maySee) : IDisposable
{
    private ulong _seen;

    /// <summary>Whether his roles let him see what is had of the process.</summary>
    public bool MaySee(TargetProcess? target) => maySee(target);

    /// <summary>He is shown this operation from now on, and no other.</summary>
    public void See(OperationRequest request)
    {
        Volatile.Write(ref _seen, request.Number);
        watchers.Pulse();
    }

    /// <summary>Whether he counts as the operation's observer.</summary>
    public bool Watches(OperationRequest request, TargetProcess? target) =>
        Volatile.Read(ref _seen) is var seen && (seen == request.Number || (seen == 0 && maySee(target)));

    /// <inheritdoc/>
    public void Dispose() => watchers.Leave(this);
}
