using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>A session: who it is, its recording, its broker, and what it runs.</summary>
internal sealed class RelaySession : IDisposable
{
    private readonly byte[] _ticketHash;
    private readonly byte[] _certificate;
    private readonly FrameWriter _broker;
    private readonly TaskCompletionSource<SessionClosed> _end = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly CancellationTokenSource _ending = new();
    private readonly CancellationTokenSource _withdrawing = new();
    private readonly ConcurrentDictionary<Task, byte> _operations = new();
    private readonly ConcurrentDictionary<RunningOperation, byte> _running = new();
    private readonly TimeProvider _time;
    private readonly DateTimeOffset _opened;
    private volatile RoleLimits _limits;
    private SessionClosed? _withdrawal;
    private int _asked;
    private long _delivered;
    private long _lastOperation;

    public RelaySession(VerifiedSession proof, RoleLimits limits, X509Certificate2 certificate, SessionRecorder recorder, HostLedger ledger, FrameWriter broker, DateTimeOffset notAfter, TimeProvider time)
    {
        Proof = proof;
        _limits = limits;
        Ending = _ending.Token;
        Withdrawing = _withdrawing.Token;
        _time = time;
        _opened = time.GetUtcNow();
        _lastOperation = time.GetTimestamp();
        Recorder = recorder;
        Ledger = ledger;
        NotAfter = notAfter;
        _broker = broker;
        _certificate = certificate.RawData;
        Ticket = RandomNumberGenerator.GetBytes(32);
        _ticketHash = SHA256.HashData(Ticket);
    }

    /// <summary>SHA-256 of the profile that it is scrubbed with, hexadecimal.</summary>
    public required string ProfileSha256 { get; init; }

    /// <summary>The session's id.</summary>
    public string Id => Proof.Statement.Session;

    /// <summary>Who it is, and the key that signs its requests.</summary>
    public VerifiedSession Proof { get; }

    /// <summary>What its roles allow it to take.</summary>
    public RoleLimits RoleLimits => _limits;

    /// <summary>Its recording.</summary>
    public SessionRecorder Recorder { get; }

    /// <summary>The host's ledger, which tells of it too.</summary>
    public HostLedger Ledger { get; }

    /// <summary>When it ends at the latest.</summary>
    public DateTimeOffset NotAfter { get; private set; }

    /// <summary>256 random bits, for the client alone. Kept only until they are sent; compared by hash.</summary>
    public byte[] Ticket { get; private set; }

    /// <summary>Completes with the reason when the session is to end.</summary>
    public Task<SessionClosed> Ended => _end.Task;

    /// <summary>Cancelled when the session is to end.</summary>
    public CancellationToken Ending { get; }

    /// <summary>Cancelled when access is taken away: its client gets nothing more. The end itself follows.</summary>
    public CancellationToken Withdrawing { get; }

    /// <summary>Why access was taken away; null while it is not.</summary>
    public SessionClosed? Withdrawal => Volatile.Read(ref _withdrawal);

    /// <summary>Bytes that it has had.</summary>
    public long Delivered => Volatile.Read(ref _delivered);

    /// <summary>How long the session may still be without an operation.</summary>
    public TimeSpan IdleLeft => _operations.IsEmpty
        ? RoleLimits.Idle - _time.GetElapsedTime(Volatile.Read(ref _lastOperation))
        : RoleLimits.Idle;

    /// <summary>Sends a notice to its client; set when the session stands.</summary>
    public Action<Notice>? Notify { private get; set; }

    /// <summary>Tells its client that access was taken away; set when the session stands.</summary>
    public Func<SessionClosed, Task>? TellWithdrawal { private get; set; }

    /// <summary>That telling, under way or done; null where nobody was told so.</summary>
    public Task? Telling { get; private set; }

    /// <summary>Tells its client something. Nobody waits for one that does not listen.</summary>
    public void Tell(Notice notice) => Notify?.Invoke(notice);

    /// <summary>Who watches it.</summary>
    public Watchers Watchers { get; } = new();

    /// <summary>What runs now.</summary>
    public IReadOnlyCollection<RunningOperation> Running => [.. _running.Keys];

    /// <summary>Adds an operation that begins to run.</summary>
    public RunningOperation Add(RunningOperation operation)
    {
        _running[operation] = 0;
        return operation;
    }

    /// <summary>Ends an operation that the broker no longer allows.</summary>
    public void Withdraw(StopOperation stop)
    {
        foreach (RunningOperation operation in _running.Keys.Where(o => o.Request.Number == stop.Number))
            operation.End(stop.Code, stop.Message ?? "the broker no longer allows it");
    }

    /// <summary>Removes an operation that is over.</summary>
    public void Remove(RunningOperation operation) => _running.TryRemove(operation, out _);

    /// <summary>Forgets the ticket once the client has it.</summary>
    public void ForgetTicket()
    {
        CryptographicOperations.ZeroMemory(Ticket);
        Ticket = [];
    }

    /// <summary>Whether a connection with this certificate may act in this session.</summary>
    public bool Admits(ReadOnlySpan<byte> ticket, X509Certificate2 certificate)
        => CryptographicOperations.FixedTimeEquals(SHA256.HashData(ticket), _ticketHash) && certificate.RawDataMemory.Span.SequenceEqual(_certificate);

    /// <summary>Holds the session to the limits of a new policy. Its end may come earlier by them, never later.</summary>
    public void Hold(RoleLimits limits)
    {
        _limits = limits;
        if (_opened + limits.Session < NotAfter)
            NotAfter = _opened + limits.Session;
    }

    /// <summary>
    /// Takes access away: the client is told on all of its connections and gets nothing more. Targets, recording and broker are left to <see cref="End"/>: where
    /// hundreds of sessions end at once, that is work for seconds, and nobody's word is to wait for it. The first reason counts.
    /// </summary>
    public void TakeAway(string code, string message)
    {
        var withdrawal = new SessionClosed(code, message);
        if (Ended.IsCompleted || Interlocked.CompareExchange(ref _withdrawal, withdrawal, null) is not null)
            return;
        Telling = TellWithdrawal?.Invoke(withdrawal);
        try
        {
            _withdrawing.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // It has just ended by itself.
        }
    }

    /// <summary>Ends the session; the first reason counts.</summary>
    public void End(string code, string message)
    {
        if (ErrorCode.IsWithdrawal(code))
            TakeAway(code, message);
        if (!_end.TrySetResult(Withdrawal ?? new SessionClosed(code, message)))
            return;
        _ending.Cancel();
        Watchers.Pulse();
    }

    /// <summary>Takes bytes off what the session may have.</summary>
    /// <param name="bytes">So many.</param>
    /// <param name="most">What the roles that allow the operation give in one session.</param>
    /// <returns>False when they are more than is left. They count all the same: it would be too little for anybody's next frame, too.</returns>
    public bool TryTake(long bytes, long most) => Interlocked.Add(ref _delivered, bytes) <= most;

    /// <summary>Runs an operation as part of the session, which waits for it when it ends.</summary>
    /// <exception cref="ProtocolException">Too many run or were asked for, or the session is over.</exception>
    public async Task RunOperationAsync(Func<Task> operation)
    {
        var done = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _operations[done.Task] = 0;
        try
        {
            Admit();
            await operation();
        }
        finally
        {
            Volatile.Write(ref _lastOperation, _time.GetTimestamp());
            _operations.TryRemove(done.Task, out _);
            done.SetResult();
        }
    }

    /// <summary>Asked after the operation is counted: an end that does not see it is seen by it.</summary>
    private void Admit()
    {
        if ((Withdrawal ?? (Ended.IsCompleted ? Ended.Result : null)) is { } over)
            throw new ProtocolException(over.Code, over.Message);
        if (_operations.Count > Limits.OperationsAtOnce)
            throw new ProtocolException(ErrorCode.LimitReached, $"{Limits.OperationsAtOnce} operations of this session run already");
        // Each one is recorded, those that are refused as well.
        if (Interlocked.Increment(ref _asked) > Limits.OperationsPerSession)
            throw new ProtocolException(ErrorCode.LimitReached, $"a session has {Limits.OperationsPerSession} operations; open another");
    }

    /// <summary>Completes when nothing runs any more.</summary>
    public Task OperationsEndedAsync() => Task.WhenAll(_operations.Keys);

    /// <summary>Asks the broker to stop an operation.</summary>
    public async Task StopAsync(ulong number, string code)
    {
        try
        {
            await _broker.WriteAsync(FrameType.StopOperation, new StopOperation(number, code), ProtocolJson.Default.StopOperation, CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or InvalidOperationException)
        {
            // Without a broker the worker ends too, and with it the operation.
        }
    }

    /// <summary>Writes an entry into the recording.</summary>
    /// <param name="kind">What it tells.</param>
    /// <param name="entry">The entry.</param>
    /// <param name="json">How it is written.</param>
    /// <param name="durable">Whether it must be on disk when this returns.</param>
    /// <exception cref="RecordingException">It could not be written: the session ends.</exception>
    public async Task RecordAsync<T>(string kind, T entry, JsonTypeInfo<T> json, bool durable)
        => await Recorder.AppendAsync(kind, JsonSerializer.SerializeToUtf8Bytes(entry, json), durable, CancellationToken.None);

    /// <inheritdoc/>
    public void Dispose()
    {
        _ending.Dispose();
        _withdrawing.Dispose();
    }
}
