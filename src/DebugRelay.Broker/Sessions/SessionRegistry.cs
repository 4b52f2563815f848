using System.Collections.Concurrent;
using System.Security.Cryptography;
using DebugRelay.Broker.Workers;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Sessions;

/// <summary>The sessions of this host, from challenge to end.</summary>
internal sealed class SessionRegistry(HostConfiguration configuration, LiveTrust trust, LiveProfile profile, string ledgerKeySha256) : IDisposable
{
    private readonly ConcurrentDictionary<string, BrokerSession> _sessions = new();
    private readonly Lock _opening = new();
    private int _challenges;

    /// <summary>The host's name.</summary>
    public string Host => configuration.Host;

    /// <summary>The time that rights are judged by.</summary>
    public DateTimeOffset Now => trust.Now;

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
        return (new Challenge(Host, id, Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)), trust.Now + Limits.Session, ledgerKeySha256), new Slot(this));
    }

    /// <summary>Opens the session that a proof is for.</summary>
    /// <exception cref="RefusedException">The proof does not hold, the policy has no role for its bearer, or the host is full.</exception>
    public BrokerSession Open(Challenge challenge, Proof proof)
    {
        HostTrust current = trust.Current;
        DateTimeOffset now = trust.Now;
        ProofResult<VerifiedSession> result = new SessionProof(proof.Statement, proof.Signature, [.. proof.Certificates.Select(c => new ReadOnlyMemory<byte>(c))])
            .Verify(current.Store, challenge.Host, challenge.Session, challenge.Nonce, now);
        if (!result.IsValid)
            throw new RefusedException(new Refused(ErrorCode.BadProof, result.Message));
        VerifiedSession verified = result.Value;
        if (PolicyEngine.RolesOf(current.Policy, verified.Identity).Count == 0)
            throw new RefusedException(new Refused(ErrorCode.Denied, $"no role has {verified.Identity} as a member"));
        if (current.Recheck(verified, now) is { } withdrawal)
            throw new RefusedException(new Refused(ErrorCode.Denied, withdrawal.Reason));
        var session = new BrokerSession(verified, now, current.EndOf(verified, now, Limits.Session), profile.Current);
        lock (_opening)
        {
            if (_sessions.Count >= configuration.Limits.Sessions)
                throw new RefusedException(new Refused(ErrorCode.LimitReached, $"{configuration.Limits.Sessions} sessions run on this host already"));
            int most = PolicyEngine.LimitsOf(current.Policy, verified.Identity)?.Sessions ?? 0;
            if (_sessions.Values.Count(s => !s.HasEnded && s.Proof.Identity.Equals(verified.Identity)) >= most)
                throw new RefusedException(new Refused(ErrorCode.LimitReached, $"{verified.Identity} has {most} sessions on this host already, which is what the role allows", "Close one."));
            _sessions[session.Id] = session;
        }
        // Asked again after it was added: a change that does not see it is seen by it.
        if (session.Judge(trust.Current, trust.Now) is { } closed)
            session.End(closed);
        EndOthers();
        return session;
    }

    /// <summary>What the agent is told of a session that stands.</summary>
    public SessionOpened Describe(BrokerSession session) => new(
        session.Id, [], session.Proof.Identity.ToString(), [.. PolicyEngine.RolesOf(trust.Current.Policy, session.Proof.Identity).Select(r => r.Name)], session.NotAfter, session.Profile.Name, session.Profile.Sha256);

    /// <summary>Ends a session.</summary>
    public async Task EndAsync(BrokerSession session, string code)
    {
        // Kept until then: whoever ends them all waits for those that are ending, too.
        await session.EndAsync(code);
        _sessions.TryRemove(session.Id, out _);
    }

    /// <summary>The sessions that run, as `session.list` shows them.</summary>
    public SessionList List() => new(
        [.. _sessions.Values.Where(s => !s.HasEnded).OrderBy(s => s.Opened).Select(s => s.Describe())], [.. trust.Problems, .. profile.Files.Problem is { } problem ? (string[])[problem] : []]);

    /// <summary>Tells something to everybody who has a session and may know it.</summary>
    public void Tell(Notice notice, Func<VerifiedSession, bool> mayKnow)
    {
        foreach (BrokerSession session in _sessions.Values.Where(s => !s.HasEnded && mayKnow(s.Proof)))
            session.Tell(notice);
    }

    /// <summary>Ends another's session.</summary>
    /// <returns>Null when there is no such session.</returns>
    public KilledSession? Kill(string id, string by, string? reason)
    {
        if (Find(id) is not { HasEnded: false } session)
            return null;
        session.End(ErrorCode.Killed, $"{by} ended the session{(reason is null ? "" : $": {reason}")}");
        return new KilledSession(session.Id, session.Proof.Identity.ToString());
    }

    /// <summary>Watches what the host trusts, and judges live sessions again: when it has changed, and every second by the clock.</summary>
    public async Task WatchAsync(CancellationToken cancellation)
    {
        trust.Changed += JudgeAll;
        profile.Changed += EndOthers;
        Task watching = Task.WhenAll(trust.WatchAsync(cancellation), profile.WatchAsync(TryAsync, cancellation));
        using var timer = new PeriodicTimer(Limits.Recheck);
        string? stale = null;
        try
        {
            while (await timer.WaitForNextTickAsync(cancellation))
            {
                string? now = trust.Current.Store.RevocationLists.StaleProblem(trust.Now);
                if (now != stale)
                    JudgeAll();
                stale = now;
                foreach (BrokerSession session in _sessions.Values)
                    session.JudgeByTheClock(trust.Current);
            }
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
        await watching;
        trust.Changed -= JudgeAll;
        profile.Changed -= EndOthers;
    }

    /// <summary>A session that began with another scrub profile has a worker that scrubs by it.</summary>
    private void EndOthers()
    {
        foreach (BrokerSession session in _sessions.Values.Where(s => s.Profile.Sha256 != profile.Current.Sha256))
            session.End(ErrorCode.Revoked, LiveProfile.HasChanged);
    }

    /// <summary>Has a new profile loaded by a worker, which also scrubs its canaries.</summary>
    private static async Task TryAsync(HostProfile next, CancellationToken cancellation)
    {
        try
        {
            await using WorkerProcess worker = await WorkerProcess.StartAsync(next, number: 1, Limits.ProcessStart, cancellation);
        }
        catch (WorkerException e)
        {
            throw new ConfigurationException(e.Message);
        }
    }

    /// <summary>What lost its right takes no operations from now on. Its end is the agent's first, which tells the client why; then ours, a few at a time.</summary>
    private void JudgeAll()
    {
        var over = new ConcurrentQueue<(BrokerSession Session, SessionClosed Closed)>();
        Parallel.ForEach(_sessions.Values, session =>
        {
            if (session.Judge(trust.Current, trust.Now) is { } closed)
                over.Enqueue((session, closed));
        });
        if (!over.IsEmpty)
            _ = EndInTurnsAsync(over);
    }

    private static async Task EndInTurnsAsync(IReadOnlyCollection<(BrokerSession Session, SessionClosed Closed)> over)
    {
        await Task.Delay(Limits.WithdrawalGrace);
        await Parallel.ForEachAsync(over, new ParallelOptions { MaxDegreeOfParallelism = Limits.EndsAtOnce }, async (each, stop) =>
        {
            each.Session.End(each.Closed);
            await each.Session.OperationsEndedAsync().WaitAsync(Limits.EndTurn, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
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
