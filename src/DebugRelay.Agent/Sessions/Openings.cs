using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;

namespace DebugRelay.Agent.Sessions;

/// <summary>Sessions that are being opened, counted by identity: one's unanswered challenges must not take the broker's from all.</summary>
internal sealed class Openings
{
    private readonly Dictionary<PeerIdentity, int> _counts = [];

    /// <summary>Counts one that begins.</summary>
    /// <returns>Dispose it when the session is open, or given up.</returns>
    /// <exception cref="ProtocolException">The identity has as many as it may have.</exception>
    public IDisposable Begin(PeerIdentity identity)
    {
        lock (_counts)
        {
            int count = _counts.GetValueOrDefault(identity);
            if (count >= Limits.OpeningsAtOnce)
                throw new ProtocolException(ErrorCode.LimitReached, $"{identity} is opening {Limits.OpeningsAtOnce} sessions already");
            _counts[identity] = count + 1;
        }
        return new Opening(this, identity);
    }

    private void End(PeerIdentity identity)
    {
        lock (_counts)
        {
            if (--_counts[identity] == 0)
                _counts.Remove(identity);
        }
    }

    private sealed class Opening(Openings openings, PeerIdentity identity) : IDisposable
    {
        public void Dispose() => openings.End(identity);
    }
}
