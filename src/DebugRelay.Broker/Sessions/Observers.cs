using System.Collections.Concurrent;
using System.Diagnostics;
using DebugRelay.Broker.Targets;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>Who watches whose session, by what they signed: an operation that must be watched neither begins nor goes on without.</summary>
/// <param name="maySee">Whether an observer's roles let him see what is had of a process.</param>
internal sealed class Observers(Func<VerifiedSession, TargetProcess, bool> maySee)
{
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(250);

    private readonly ConcurrentDictionary<Presence, byte> _present = new();

    /// <summary>Counts an observer of a session.</summary>
    /// <returns>Dispose it when he leaves.</returns>
    public IDisposable Enter(BrokerSession watched, BrokerSession observer)
    {
        var presence = new Presence(this, watched, observer);
        _present[presence] = 0;
        return presence;
    }

    /// <summary>Whether another person watches, whose session lives, and who may see what is had of the process.</summary>
    public bool Watch(BrokerSession watched, TargetProcess process) => _present.Keys.Any(
        presence => presence.Watched == watched && !presence.Observer.HasEnded && !presence.Observer.Proof.Identity.Equals(watched.Proof.Identity)
            && maySee(presence.Observer.Proof, process));

    /// <summary>Stops an operation when nobody has watched it for a while. The agent does so too; this is for one that does not.</summary>
    public async Task KeepAsync(BrokerSession watched, IRunningOperation operation, Task running)
    {
        long seen = Stopwatch.GetTimestamp();
        while (!running.IsCompleted)
        {
            if (Watch(watched, operation.Process))
                seen = Stopwatch.GetTimestamp();
            else if (Stopwatch.GetElapsedTime(seen) > Limits.ObserverGrace + Look)
                operation.Stop(ErrorCode.Unobserved);
            await Task.WhenAny(running, Task.Delay(Look));
        }
    }

    private sealed class Presence(Observers observers, BrokerSession watched, BrokerSession observer) : IDisposable
    {
        public BrokerSession Watched => watched;

        public BrokerSession Observer => observer;

        public void Dispose() => observers._present.TryRemove(this, out _);
    }
}
