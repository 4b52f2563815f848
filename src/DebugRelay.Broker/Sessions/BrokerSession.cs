using System.Collections.Concurrent;
using System.Diagnostics;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Broker.Sessions;

/// <summary>A session that an engineer proved: its key, what it has used, what it runs, and its worker.</summary>
internal sealed class BrokerSession(VerifiedSession proof, DateTimeOffset opened, DateTimeOffset notAfter, HostProfile profile) : IAsyncDisposable
{
    private readonly TaskCompletionSource<SessionClosed> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly HashSet<ulong> _used = [];
    private readonly ConcurrentDictionary<ulong, IRunningOperation> _running = new();
    private readonly SemaphoreSlim _starting = new(1, 1);
    private readonly ConcurrentDictionary<Turn, byte> _turns = new();
    private WorkerProcess? _worker;
    private int _workers;
    private long _delivered;
    private long _deliveredBefore;
    private long _lastUse = Stopwatch.GetTimestamp();
    private int _busy;
    private volatile bool _ended;

    /// <summary>The session's id.</summary>
    public string Id => proof.Statement.Session;

    /// <summary>Who it is, and the key that signs its requests.</summary>
    public VerifiedSession Proof => proof;

    /// <summary>What it is scrubbed with.</summary>
    public HostProfile Profile => profile;

    /// <summary>When it was opened.</summary>
    public DateTimeOffset Opened => opened;

    /// <summary>Completes when the session is to end before its time.</summary>
    public Task<SessionClosed> Ended => _end.Task;

    /// <summary>When it ends at the latest.</summary>
    public DateTimeOffset NotAfter => notAfter;

    /// <summary>Whether it takes no operations any more.</summary>
    public bool HasEnded => _ended;

    /// <summary>Takes a request's number: each may be used once.</summary>
    /// <exception cref="ProtocolException">It was used before, or the session has used too many.</exception>
    public void Use(ulong number)
    {
        lock (_used)
        {
            if (_used.Count >= Limits.OperationsPerSession)
                throw new ProtocolException(ErrorCode.LimitReached, $"a session has {Limits.OperationsPerSession} operations; open another");
            if (!_used.Add(number))
                throw new ProtocolException(ErrorCode.Replayed, $"request {number} of this session was used before");
        }
        Volatile.Write(ref _lastUse, Stopwatch.GetTimestamp());
    }

    /// <summary>What the session's worker may deliver in its life, so that the session has no more than this.</summary>
    /// <param name="most">The role's bytes.</param>
    /// <exception cref="ProtocolException">It has had them.</exception>
    public long BytesFor(long most)
    {
        if (Volatile.Read(ref _delivered) >= most)
            throw new ProtocolException(ErrorCode.LimitReached, $"the session has had the {most} bytes that the role allows");
        return most + Limits.BytesGrace - Volatile.Read(ref _deliveredBefore);
    }

    /// <summary>What the session may still have, so that it has no more than this.</summary>
    public long BytesLeft(long most) => Math.Max(most + Limits.BytesGrace - Volatile.Read(ref _delivered), 0);

    /// <summary>Counts what an operation has delivered.</summary>
    public void Count(long bytes) => Interlocked.Add(ref _delivered, bytes);

    /// <summary>Counts as an operation for the idle time: dispose it when it is over.</summary>
    public IDisposable Busy()
    {
        Interlocked.Increment(ref _busy);
        return new Stay(this);
    }

    /// <summary>Ends a session that has been idle for longer than its role allows. The agent does so too; this is for one that does not.</summary>
    private void JudgeIdle(TimeSpan most)
    {
        if (_turns.IsEmpty && Volatile.Read(ref _busy) == 0 && Stopwatch.GetElapsedTime(Volatile.Read(ref _lastUse)) > most + Limits.IdleGrace)
            End(ErrorCode.Idle, $"nothing was asked for {most.TotalSeconds:0} s, which is as long as the role allows; open a new session");
    }

    /// <summary>Judges what ends with time alone.</summary>
    public void JudgeByTheClock(HostTrust trust)
    {
        if (PolicyEngine.LimitsOf(trust.Policy, proof.Identity) is { } limits)
            JudgeIdle(limits.Idle);
    }

    /// <summary>Ends the session before its time; the first reason counts.</summary>
    public void End(string code, string message) => End(new SessionClosed(code, message));

    /// <inheritdoc cref="End(string, string)"/>
    public void End(SessionClosed closed) => _end.TrySetResult(closed);

    /// <summary>Judges the session, and what it runs, by what holds now.</summary>
    /// <returns>Why the session is over: it takes no operations any more, and is to be ended. Null where it goes on.</returns>
    public SessionClosed? Judge(HostTrust trust, DateTimeOffset now)
    {
        if (trust.Recheck(proof, now) is { } withdrawal)
            return Over(withdrawal.IsExpiry ? ErrorCode.Expired : ErrorCode.Revoked, withdrawal.Reason);
        TimeSpan most = PolicyEngine.LimitsOf(trust.Policy, proof.Identity)?.Session ?? TimeSpan.Zero;
        if (now >= opened + most)
            return Over(ErrorCode.Expired, "the session's time is over, by the policy that holds now");
        foreach ((ulong number, IRunningOperation operation) in _running)
            JudgeOperation(number, operation);
        return null;
    }

    private SessionClosed Over(string code, string message)
    {
        Leave();
        return new SessionClosed(code, message);
    }

    /// <summary>Raised before an operation is ended because it is no longer allowed, so that the agent can say so.</summary>
    public event Action<StopOperation>? Withdrawn;

    /// <summary>The host has something to tell to whoever has the session.</summary>
    public event Action<Notice>? Noticed;

    /// <summary>Raises <see cref="Noticed"/>.</summary>
    public void Tell(Notice notice) => Noticed?.Invoke(notice);

    private void JudgeOperation(ulong number, IRunningOperation operation)
    {
        if (operation.Problem() is not { } problem)
            return;
        Withdrawn?.Invoke(new StopOperation(number, ErrorCode.Revoked, problem));
        operation.Stop(ErrorCode.Revoked);
    }

    /// <summary>As `session.list` shows it.</summary>
    public ListedSession Describe() => new(
        Id, proof.Identity.ToString(), opened, notAfter, proof.Statement.Reason, proof.Statement.Incident,
        [.. _running.OrderBy(r => r.Key).Select(r => new ListedOperation(r.Key, r.Value.Name, r.Value.Process.Pid, r.Value.Process.Name))]);

    /// <summary>Counts an operation that begins.</summary>
    /// <returns>Dispose it when the operation is over.</returns>
    /// <exception cref="ProtocolException">Too many run, or the session is over.</exception>
    public IDisposable Begin()
    {
        var turn = new Turn(this);
        _turns[turn] = 0;
        // After it is counted: an end that does not see the turn is seen by it.
        if (!_ended && _turns.Count <= Limits.OperationsAtOnce)
            return turn;
        turn.Dispose();
        throw _ended
            ? new ProtocolException(ErrorCode.Closed, "the session is over")
            : new ProtocolException(ErrorCode.LimitReached, $"{Limits.OperationsAtOnce} operations of this session run already");
    }

    /// <summary>The session's worker; a new one where there is none, or the last one died.</summary>
    /// <exception cref="WorkerException">It cannot be started.</exception>
    public async Task<WorkerProcess> WorkerAsync(CancellationToken cancellation)
    {
        await _starting.WaitAsync(cancellation);
        try
        {
            if (_ended)
                throw new WorkerException(ErrorCode.Closed, "the session is over");
            if (_worker is { Gone.IsCompleted: true })
            {
                await _worker.DisposeAsync();
                _worker = null;
            }
            if (_worker is null)
                Volatile.Write(ref _deliveredBefore, Volatile.Read(ref _delivered));
            return _worker ??= await WorkerProcess.StartAsync(profile, ++_workers, notAfter - opened, cancellation);
        }
        finally
        {
            _starting.Release();
        }
    }

    /// <summary>Remembers a running trace, so that it can be stopped.</summary>
    public void Add(ulong number, IRunningOperation operation)
    {
        _running[number] = operation;
        if (_ended)
            operation.Stop(ErrorCode.Closed);
        // Asked after it was added: a change that does not see it is seen by it.
        else
            JudgeOperation(number, operation);
    }

    /// <summary>Forgets it.</summary>
    public void Remove(ulong number) => _running.TryRemove(number, out _);

    /// <summary>Stops a running trace; nothing happens where it does not run.</summary>
    public void Stop(ulong number, string code)
    {
        if (_running.TryGetValue(number, out IRunningOperation? operation))
            operation.Stop(code);
    }

    /// <summary>Takes no operations any more.</summary>
    public void Leave() => _ended = true;

    /// <summary>Stops all that runs.</summary>
    public void StopAll(string code)
    {
        foreach (IRunningOperation operation in _running.Values)
            operation.Stop(code);
    }

    /// <summary>Stops all that runs, waits until the targets are let go (but not for ever), and ends the worker.</summary>
    public async Task EndAsync(string code)
    {
        Leave();
        StopAll(code);
        await OperationsEndedAsync().WaitAsync(Limits.StopDrain + Limits.LastBytes).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await DisposeAsync();
    }

    /// <summary>Completes when nothing runs any more.</summary>
    public Task OperationsEndedAsync() => Task.WhenAll(_turns.Keys.Select(t => t.Ended));

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _starting.WaitAsync();
        try
        {
            _ended = true;
            if (_worker is not null)
                await _worker.DisposeAsync();
            _worker = null;
        }
        finally
        {
            _starting.Release();
        }
    }

    private sealed class Turn(BrokerSession session) : IDisposable
    {
        private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => _ended.Task;

        public void Dispose()
        {
            session._turns.TryRemove(this, out _);
            Volatile.Write(ref session._lastUse, Stopwatch.GetTimestamp());
            _ended.TrySetResult();
        }
    }

    private sealed class Stay(BrokerSession session) : IDisposable
    {
        public void Dispose()
        {
            Volatile.Write(ref session._lastUse, Stopwatch.GetTimestamp());
            Interlocked.Decrement(ref session._busy);
        }
    }
}
