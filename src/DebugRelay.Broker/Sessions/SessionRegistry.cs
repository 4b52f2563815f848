using System.Collections.Concurrent;
using System.Security.Cryptography;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>The sessions of this host, from challenge to end.</summary>
internal sealed class SessionRegistry(HostConfiguration configuration, HostTrust trust, HostProfile profile, string workerFolder, string ledgerKeySha256) : IDisposable
{
    private readonly ConcurrentDictionary<string, BrokerSession> _sessions = new();
    private readonly Lock _opening = new();
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
        return (new Challenge(Host, id, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), DateTimeOffset.UtcNow + Limits.Session, ledgerKeySha256), new Slot(this));
    }

    /// <summary>Opens the session that a proof is for.</summary>
    /// <exception cref="RefusedException">The proof does not hold, the policy has no role for its bearer, or the host is full.</exception>
    public BrokerSession Open(Challenge challenge, Proof proof)
    {
        DateTimeOffset now = DateTimeOffset.UtcNow;
        ProofResult<VerifiedSession> result = new SessionProof(proof.Statement, proof.Signature, [.. proof.Certificates.Select(c => new ReadOnlyMemory<byte>(c))])
            .Verify(trust.Store, challenge.Host, challenge.Session, challenge.Nonce, now);
        if (!result.IsValid)
            throw new RefusedException(new Refused(ErrorCode.BadProof, result.Message));
        VerifiedSession verified = result.Value;
        if (PolicyEngine.RolesOf(trust.Policy, verified.Identity).Count == 0)
            throw new RefusedException(new Refused(ErrorCode.Denied, $"no role has {verified.Identity} as a member"));
        DateTimeOffset notAfter = trust.EndOf(verified, now, Limits.Session);
        var session = new BrokerSession(challenge.Session, verified, notAfter, workerFolder, profile);
        lock (_opening)
        {
            if (_sessions.Count >= Limits.Sessions)
                throw new RefusedException(new Refused(ErrorCode.LimitReached, $"{Limits.Sessions} sessions run on this host already"));
            int most = PolicyEngine.LimitsOf(trust.Policy, verified.Identity)?.Sessions ?? 0;
            if (_sessions.Values.Count(s => !s.HasEnded && s.Proof.Identity.Equals(verified.Identity)) >= most)
                throw new RefusedException(new Refused(ErrorCode.LimitReached, $"{verified.Identity} has {most} sessions on this host already, which is what the role allows", "Close one."));
            _sessions[session.Id] = session;
        }
        return session;
    }

    /// <summary>What the agent is told of a session that stands.</summary>
    public SessionOpened Describe(BrokerSession session) => new(
        session.Id, [], session.Proof.Identity.ToString(), [.. PolicyEngine.RolesOf(trust.Policy, session.Proof.Identity).Select(r => r.Name)], session.NotAfter, profile.Name, profile.Sha256);

    /// <summary>Ends a session.</summary>
    public async Task EndAsync(BrokerSession session, string code)
    {
        // Kept until then: whoever ends them all waits for those that are ending, too.
        await session.EndAsync(code);
        _sessions.TryRemove(session.Id, out _);
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
