using System.Collections.Concurrent;
using DebugRelay.Agent.Observability;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Agent.Sessions;

/// <summary>The sessions that run. Judges them again when what the host trusts has changed, and every second by the clock; ends them all when the agent stops.</summary>
internal sealed partial class SessionTable(HostConfiguration configuration, LiveTrust trust, LiveProfile profile, IHostApplicationLifetime lifetime, AgentMetrics metrics, ILogger<SessionTable> logger) : BackgroundService
{
    private readonly ConcurrentDictionary<string, RelaySession> _sessions = new();
    private readonly Lock _adding = new();
    private string? _stale;

    /// <summary>Why no session may run now; null when one may.</summary>
    public string? Forbidden =>
        lifetime.ApplicationStopping.IsCancellationRequested ? "the agent stops"
        : trust.Current.IsKilled ? HostTrust.KillFileReason
        : null;

    /// <summary>The sessions that run now.</summary>
    public IReadOnlyCollection<RelaySession> All => [.. _sessions.Values];

    /// <summary>A session that runs, or null.</summary>
    public RelaySession? Find(string id) => _sessions.GetValueOrDefault(id);

    /// <summary>Adds a session.</summary>
    /// <exception cref="ProtocolException">The host is full, the identity has as many as its roles allow, or no session may run now.</exception>
    public void Add(RelaySession session)
    {
        lock (_adding)
        {
            if (_sessions.Count >= configuration.Limits.Sessions)
                throw new ProtocolException(ErrorCode.LimitReached, $"{configuration.Limits.Sessions} sessions run on this host already");
            PeerIdentity identity = session.Proof.Identity;
            if (_sessions.Values.Count(s => s.Proof.Identity.Equals(identity)) >= session.RoleLimits.Sessions)
                throw new ProtocolException(ErrorCode.LimitReached, $"{identity} has {session.RoleLimits.Sessions} sessions on this host already, which is what the role allows");
            _sessions[session.Id] = session;
        }
        // Asked after it was added: an end of all that does not see it is seen by it.
        string? reason = Forbidden ?? trust.Current.Recheck(session.Proof, trust.Now)?.Reason ?? (session.ProfileSha256 == profile.Current.Sha256 ? null : LiveProfile.HasChanged);
        if (reason is null)
            return;
        Remove(session);
        throw new ProtocolException(lifetime.ApplicationStopping.IsCancellationRequested ? ErrorCode.ShuttingDown : ErrorCode.Denied, reason);
    }

    /// <summary>Removes a session.</summary>
    public void Remove(RelaySession session) => _sessions.TryRemove(session.Id, out _);

    /// <summary>Decides on a running operation again, and ends it where it is no longer allowed.</summary>
    public void Judge(RelaySession session, RunningOperation operation)
    {
        var target = new AccessTarget
        {
            Host = configuration.Host, Pid = operation.Target?.Pid, StartTime = operation.Target?.StartTime, Name = operation.Target?.Name, User = operation.Target?.User, Container = operation.Target?.Container,
        };
        Decision decision = trust.Current.Decide(session.Proof, operation.Request, operation.Grant, target, profile.Current.Name, trust.Now);
        string? problem = decision.Allowed ? operation.Request.Parameters?.ProblemFor(decision.Limits!) : decision.Reason;
        if (problem is not null)
            operation.End(ErrorCode.Revoked, problem);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Kestrel stops when its connections are gone, and they go when their sessions end: that has to come first.
        await using CancellationTokenRegistration stopping = lifetime.ApplicationStopping.Register(() => EndAll(ErrorCode.ShuttingDown, "the agent stops"));
        trust.Changed += JudgeAll;
        trust.Reported += Report;
        profile.Changed += EndOthers;
        Task watching = trust.WatchAsync(stoppingToken);
        using var timer = new PeriodicTimer(Limits.Recheck);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                JudgeByTheClock();
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
        await watching;
        trust.Changed -= JudgeAll;
        trust.Reported -= Report;
        profile.Changed -= EndOthers;
    }

    /// <summary>What a session is scrubbed with stands at the top of its recording, for all of it.</summary>
    private void EndOthers()
    {
        foreach (RelaySession session in _sessions.Values.Where(s => s.ProfileSha256 != profile.Current.Sha256))
            session.End(ErrorCode.Revoked, LiveProfile.HasChanged);
    }

    /// <summary>
    /// Two passes: all who are not wanted any more are told before the first of them is ended. An end stops a target, waits for disks and lets a process go;
    /// those of hundreds are work for seconds, done a few at a time.
    /// </summary>
    private void JudgeAll()
    {
        var over = new ConcurrentQueue<(RelaySession Session, SessionClosed Closed)>();
        Parallel.ForEach(_sessions.Values, session =>
        {
            if (Judge(session) is not { } closed)
                return;
            if (ErrorCode.IsWithdrawal(closed.Code))
                session.TakeAway(closed.Code, closed.Message);
            over.Enqueue((session, closed));
        });
        if (!over.IsEmpty)
            _ = EndInTurnsAsync(over);
    }

    private static async Task EndInTurnsAsync(IReadOnlyCollection<(RelaySession Session, SessionClosed Closed)> over)
    {
        // A client that does not listen is not waited for.
        await Task.WhenAll(over.Select(each => each.Session.Telling ?? Task.CompletedTask)).WaitAsync(Limits.TellingFirst).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await Parallel.ForEachAsync(over, new ParallelOptions { MaxDegreeOfParallelism = Limits.EndsAtOnce }, async (each, stop) =>
        {
            each.Session.End(each.Closed.Code, each.Closed.Message);
            await each.Session.OperationsEndedAsync().WaitAsync(Limits.EndTurn, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        });
    }

    /// <summary>What ends without a change of files: sessions' time, and the time of revocation lists.</summary>
    private void JudgeByTheClock()
    {
        string? stale = trust.Current.Store.RevocationLists.StaleProblem(trust.Now);
        if (stale != _stale)
        {
            _stale = stale;
            if (stale is not null)
                Log.Stale(logger, stale);
            JudgeAll();
            return;
        }
        foreach (RelaySession session in _sessions.Values.Where(s => trust.Now >= s.NotAfter))
            session.End(ErrorCode.Expired, "the session's time is over");
    }

    /// <returns>Why the session is over; null where it goes on.</returns>
    private SessionClosed? Judge(RelaySession session)
    {
        HostTrust now = trust.Current;
        if (now.Recheck(session.Proof, trust.Now) is { } withdrawal)
            return new SessionClosed(withdrawal.IsExpiry ? ErrorCode.Expired : ErrorCode.Revoked, withdrawal.Reason);
        session.Hold(PolicyEngine.LimitsOf(now.Policy, session.Proof.Identity) ?? session.RoleLimits);
        foreach (RunningOperation operation in session.Running)
            Judge(session, operation);
        return null;
    }

    private void EndAll(string code, string message)
    {
        foreach (RelaySession session in _sessions.Values)
            session.End(code, message);
    }

    private void Report(string line, bool isProblem)
    {
        metrics.FilesRead(used: !isProblem);
        if (isProblem)
            Log.Problem(logger, line);
        else
            Log.ReadAgain(logger, line);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "{Line}")]
        public static partial void ReadAgain(ILogger logger, string line);

        [LoggerMessage(2, LogLevel.Error, "{Line}")]
        public static partial void Problem(ILogger logger, string line);

        [LoggerMessage(3, LogLevel.Error, "{Reason}: what the policy's staleCrl does not name stops until it is renewed")]
        public static partial void Stale(ILogger logger, string reason);
    }
}
