using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>How many event-pipe sessions of ours each process has: the runtime takes 64 in all, and others want theirs.</summary>
/// <param name="most">So many, and no more.</param>
internal sealed class TargetShares(int most)
{
    private readonly Dictionary<(int Pid, ulong StartTime), int> _taken = [];

    /// <summary>Takes one.</summary>
    /// <returns>Dispose it when the event-pipe session is over.</returns>
    /// <exception cref="ProtocolException">The process has as many as it may have.</exception>
    public IDisposable Take(TargetProcess process)
    {
        (int, ulong) key = (process.Pid, process.StartTime);
        lock (_taken)
        {
            int taken = _taken.GetValueOrDefault(key);
            if (taken >= most)
                throw new ProtocolException(ErrorCode.LimitReached, $"process {process.Pid} is traced {most} times through this host already");
            _taken[key] = taken + 1;
        }
        return new Share(this, key);
    }

    private void GiveBack((int, ulong) key)
    {
        lock (_taken)
        {
            if (--_taken[key] == 0)
                _taken.Remove(key);
        }
    }

    private sealed class Share(TargetShares shares, (int, ulong) key) : IDisposable
    {
        private int _given;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _given, 1) == 0)
                shares.GiveBack(key);
        }
    }
}
