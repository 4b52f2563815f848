namespace DebugRelay.Worker.Jobs;

/// <summary>What all of a session's jobs together may deliver.</summary>
internal sealed class SessionBudget
{
    private long _most = long.MaxValue;
    private long _taken;

    /// <summary>Sets how many bytes the worker may deliver in its life; a job's order says it, by the policy that holds then.</summary>
    public void LimitTo(long bytes) => Volatile.Write(ref _most, bytes);

    /// <summary>Takes bytes that are about to be delivered.</summary>
    /// <returns>False when they are more than is left.</returns>
    public bool TryTake(long bytes) => Interlocked.Add(ref _taken, bytes) <= Volatile.Read(ref _most);
}
