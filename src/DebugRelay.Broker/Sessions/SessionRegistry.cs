using System.Collections.Concurrent;
using System.Security.Cryptography;
using DebugRelay.Policy;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>The sessions of this host, from challenge to end.</summary>
internal sealed class SessionRegistry(HostConfiguration configuration, HostTrust trust, string workerFolder) : IDisposable
{
    private readonly ConcurrentDictionary<string, BrokerSession> _sessions = new();
    private int _challenges;

    /// <summary>The host's name.</summary>
    public string Host => configuration.Host;

    /// <summary>A session that runs, or null.</summary>
    public BrokerSession? Find(string id) => _sessions.GetValueOrDefault(id);

    /// <summary>Makes a challenge: a new session's id and what to sign for it.</summary>
    /// <returns>The challenge; dispose the second when it is answered or given up.</returns>
    /// <exception cref="ProtocolException">Too many are open.</exception>
    public (Challenge Challenge, IDisposable Slot) Challenge()
    {
        if (Interlocked.Increment(ref _challenges) > Limits.OpenChallenges)
        {
            Interlocked.Decrement(ref _challenges);
            throw new ProtocolException(ErrorCode.LimitReached, "too many sessions are being opened");
        }
        string id = RandomNumberGenerator.GetHexString(32, lowercase: true);
        return (new Challenge(Host, id, RandomNumberGenerator.GetBytes(32), DateTimeOffset.UtcNow + Limits.Session), new Slot(this));
    }

    /// <summary>Opens the session that a proof is for.</summary>
    /// <exception cref="RefusedException">The proof does not hold, the policy has no role for its bearer, or the host is full.</exception>
    public BrokerSession Open(Challenge challenge, Proof proof)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        VerifiedSession verified = trust.Verify(proof, challenge, now);
        IReadOnlyList<string> roles = PolicyEngine.RolesOf(trust.Policy, verified.Identity);
        if (roles.Count == 0)
            throw new RefusedException(new Refused(ErrorCode.Denied, $"no role has {verified.Identity} as a member"));
        DateTimeOffset notAfter = trust.EndOf(verified, now);
        var session = new BrokerSession(challenge.Session, verified, notAfter, workerFolder, configuration.Scrub);
        if (_sessions.Count >= Limits.Sessions)
            throw new RefusedException(new Refused(ErrorCode.LimitReached, $"{Limits.Sessions} sessions run on this host already"));
        _sessions[session.Id] = session;
        return session;
    }

    /// <summary>Ends a session.</summary>
    public async Task EndAsync(BrokerSession session, string code)
    {
        _sessions.TryRemove(session.Id, out _);
        await session.EndAsync(code);
    }

    /// <summary>Ends all sessions.</summary>
    public Task EndAllAsync(string code) => Task.WhenAll(_sessions.Values.Select(s => EndAsync(s, code)));

    /// <inheritdoc/>
    public void Dispose() => _sessions.Clear();

    private sealed class Slot(SessionRegistry registry) : IDisposable
    {
        public void Dispose() => Interlocked.Decrement(ref registry._challenges);
    }
}
