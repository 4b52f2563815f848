using DebugRelay.Cli.Failures;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Sealing;
using DebugRelay.Recording;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Cli.Connection;

/// <summary>One session with an agent. Its control connection is its life; each operation has a connection of its own.</summary>
internal sealed class Session : IAsyncDisposable
{
    private static readonly TimeSpan CloseLimit = TimeSpan.FromSeconds(10);

    private readonly AgentConnector _connector;
    private readonly AgentConnection _control;
    private readonly EngineerProof _proof;
    private readonly HeadChain _heads;
    private readonly CancellationTokenSource _disposed = new();
    private readonly Task<SessionClosed> _listening;
    private readonly Task _beating;
    private readonly SemaphoreSlim _calling = new(1, 1);
    private TaskCompletionSource<InboxReply>? _call;
    private long _lastNumber;

    private Session(AgentConnector connector, AgentConnection control, EngineerProof proof, SessionOpened opened, ISessionObserver observer)
    {
        (_connector, _control, _proof) = (connector, control, proof);
        Opened = opened;
        _heads = new HeadChain(control.Hello.Host, opened.Session);
        _listening = ListenAsync(observer);
        _beating = BeatAsync();
    }

    public Hello Hello => _control.Hello;

    /// <summary>What the user brings along for operations that need more than his roles.</summary>
    public Claim Claim { get; set; } = new();

    /// <summary>Opens what comes encrypted to this session.</summary>
    public System.Security.Cryptography.ECDiffieHellman Encryption => _proof.Encryption;

    /// <summary>Who the agent takes us for, and until when.</summary>
    public SessionOpened Opened { get; }

    /// <summary>Completes when the session is over, however that came; never fails.</summary>
    public Task<SessionClosed> Ended => _listening;

    /// <summary>Connects, proves who we are, and opens a session.</summary>
    /// <exception cref="ConnectionException">No connection came about.</exception>
    /// <exception cref="RefusedException">The agent said no.</exception>
    public static async Task<Session> OpenAsync(
        AgentConnector connector, string? reason, string? incident, ISessionObserver observer, CancellationToken cancellation, Claim? claim = null)
    {
        AgentConnection control = await connector.ConnectAsync(cancellation);
        EngineerProof? proof = null;
        try
        {
            await control.WriteAsync(FrameType.OpenSession, new OpenSession(AgentConnector.ClientName, reason, incident, Countersigns: true), ProtocolJson.Default.OpenSession, cancellation);
            Challenge challenge = (await control.ExpectAsync(FrameType.Challenge, cancellation)).Read(ProtocolJson.Default.Challenge);
            // What is signed for one host is of use there alone: no agent gets a proof for another, whose challenge it passes on.
            if (challenge.Host != control.Hello.Host)
                throw new ConnectionException($"{control.Hello.Host} asks for a proof for another host, {challenge.Host}", "nothing was signed; have that host looked at");
            proof = EngineerProof.Answer(challenge, connector.Credentials, reason, incident);
            await control.WriteAsync(FrameType.Proof, proof.Message, ProtocolJson.Default.Proof, cancellation);
            SessionOpened opened = (await control.ExpectAsync(FrameType.SessionOpened, cancellation)).Read(ProtocolJson.Default.SessionOpened);
            return new Session(connector, control, proof, opened, observer) { Claim = claim ?? new Claim() };
        }
        catch
        {
            proof?.Dispose();
            await control.DisposeAsync();
            throw;
        }
    }

    /// <summary>Asks for an operation, on a connection of its own.</summary>
    /// <returns>It was accepted; its data follow.</returns>
    /// <exception cref="RefusedException">The agent said no.</exception>
    /// <exception cref="SessionEndedException">The session is over.</exception>
    public async Task<Operation> StartAsync(OperationOrder order, CancellationToken cancellation)
    {
        ThrowIfEnded();
        AgentConnection connection = await _connector.ConnectAsync(cancellation);
        try
        {
            ulong number = (ulong)Interlocked.Increment(ref _lastNumber);
            OpenOperation open = _proof.Sign(order, number, Opened, Hello.Host, Claim);
            await connection.WriteAsync(FrameType.OpenOperation, open, ProtocolJson.Default.OpenOperation, cancellation);
            Accepted accepted = (await connection.ExpectAsync(FrameType.Accepted, cancellation)).Read(ProtocolJson.Default.Accepted);
            return new Operation(this, connection, accepted, order.Unscrubbed ? SealedOpener.With(Encryption) : null);
        }
        catch (Exception error)
        {
            await connection.DisposeAsync();
            if (error is ConnectionException or ProtocolException { Code: ErrorCode.Truncated })
                await ThrowIfEndingAsync();
            throw;
        }
    }

    /// <summary>Asks the host's inbox for something.</summary>
    /// <exception cref="RefusedException">It said no.</exception>
    /// <exception cref="SessionEndedException">The session is over.</exception>
    public async Task<InboxLetter[]> CallInboxAsync(InboxCall call, CancellationToken cancellation)
    {
        await _calling.WaitAsync(cancellation);
        try
        {
            var answer = new TaskCompletionSource<InboxReply>(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _call, answer);
            await _control.WriteAsync(FrameType.InboxCall, call, ProtocolJson.Default.InboxCall, cancellation);
            if (await Task.WhenAny(answer.Task, Ended).WaitAsync(cancellation) == Ended && !answer.Task.IsCompleted)
            {
                ThrowIfEnded();
                throw new ConnectionException("the link to the agent was lost", "look at the network between here and the host, then try again");
            }
            InboxReply reply = await answer.Task;
            return reply.Problem is { } problem ? throw new RefusedException(problem) : reply.Letters;
        }
        finally
        {
            _calling.Release();
        }
    }

    /// <summary>Ends the session as it should end: the agent closes the recording and says so.</summary>
    /// <exception cref="SessionEndedException">It had ended before, for another reason.</exception>
    public async Task CloseAsync()
    {
        try
        {
            using var limit = new CancellationTokenSource(CloseLimit);
            if (!Ended.IsCompleted)
                await _control.WriteAsync(FrameType.CloseSession, limit.Token);
            SessionClosed end = await Ended.WaitAsync(limit.Token);
            if (end.Code != ErrorCode.Closed)
                throw new SessionEndedException(end.Code, end.Message);
        }
        catch (OperationCanceledException error)
        {
            throw new ConnectionException("the agent did not confirm the end of the session", "its recording may lack its end: see `debugrelay recording verify`", error);
        }
    }

    /// <summary>A link that breaks because the session ends breaks a moment before or after we are told: wait for the reason.</summary>
    /// <exception cref="SessionEndedException">The session is over for a reason that the agent gave.</exception>
    public async Task ThrowIfEndingAsync()
    {
        await Task.WhenAny(Ended, Task.Delay(TimeSpan.FromSeconds(1)));
        ThrowIfEnded();
    }

    public async ValueTask DisposeAsync()
    {
        await _disposed.CancelAsync();
        await _listening;
        await _beating;
        await _control.DisposeAsync();
        _proof.Dispose();
        _disposed.Dispose();
        _calling.Dispose();
    }

    private void ThrowIfEnded()
    {
        if (Ended is { IsCompletedSuccessfully: true, Result: { Code: not ErrorCode.Truncated } end })
            throw new SessionEndedException(end.Code, $"the session ended: {end.Message}");
    }

    private async Task<SessionClosed> ListenAsync(ISessionObserver observer)
    {
        try
        {
            while (await NextAsync() is { } frame)
            {
                if (frame.Type == FrameType.SessionClosed)
                    return frame.Read(ProtocolJson.Default.SessionClosed);
                await ObserveAsync(frame, observer);
            }
            return new SessionClosed(ErrorCode.Truncated, "the link to the agent was lost");
        }
        catch (Exception error) when (error is ConnectionException or ProtocolException or RefusedException)
        {
            return new SessionClosed((error as ProtocolException)?.Code ?? (error as RefusedException)?.Refusal.Code ?? ErrorCode.Truncated, error.Message);
        }
        catch (OperationCanceledException)
        {
            return _disposed.IsCancellationRequested
                ? new SessionClosed(ErrorCode.Closed, "closed here")
                : new SessionClosed(ErrorCode.TimedOut, $"nothing was heard from the agent for {Limits.Silence.TotalSeconds:0} s");
        }
    }

    private async ValueTask ObserveAsync(Frame frame, ISessionObserver observer)
    {
        switch (frame.Type)
        {
            case FrameType.Heartbeat:
                break;
            case FrameType.InboxReply:
                Interlocked.Exchange(ref _call, null)?.TrySetResult(frame.Read(ProtocolJson.Default.InboxReply));
                break;
            case FrameType.Notice:
                observer.OnNotice(frame.Read(ProtocolJson.Default.Notice));
                break;
            case FrameType.RecordingHead:
                await WitnessAsync(frame.Read(ProtocolJson.Default.RecordingHead), observer);
                break;
            case FrameType.LedgerHead:
                observer.OnLedgerHead(frame.Read(ProtocolJson.Default.LedgerNote));
                break;
            case FrameType.Refused:
                throw new RefusedException(frame.ReadRefused());
            default:
                throw new ProtocolException(ErrorCode.UnexpectedFrame, $"{frame.Type} came on a session's connection");
        }
    }

    /// <summary>Keeps a head, and signs the last one if all before it followed from each other.</summary>
    private async ValueTask WitnessAsync(RecordingHead head, ISessionObserver observer)
    {
        observer.OnHead(Opened.Session, head);
        bool wasBroken = _heads.IsBroken;
        SessionEnd? end = _heads.Follow(head.Index, head.Checkpoint);
        if (_heads.IsBroken && !wasBroken)
            observer.OnNotice(new Notice(ErrorCode.RecordingFailed, "the agent shows a recording that does not follow from what it showed before: its end will not be countersigned"));
        if (end is null)
            return;
        byte[] signature = _proof.Countersign(end);
        observer.OnEnd(end, signature);
        await _control.WriteAsync(FrameType.Countersignature, new Countersignature(signature), ProtocolJson.Default.Countersignature, _disposed.Token);
    }

    private async ValueTask<Frame?> NextAsync()
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(_disposed.Token);
        silence.CancelAfter(Limits.Silence);
        return await _control.ReadAsync(silence.Token);
    }

    private async Task BeatAsync()
    {
        try
        {
            using var beat = new PeriodicTimer(Limits.Heartbeat);
            while (!Ended.IsCompleted && await beat.WaitForNextTickAsync(_disposed.Token))
                await _control.WriteAsync(FrameType.Heartbeat, _disposed.Token);
        }
        catch (Exception error) when (error is ConnectionException or OperationCanceledException)
        {
            // The listening side tells how the session ended.
        }
    }
}

/// <summary>What a session tells while it lives. Called from a background task.</summary>
internal interface ISessionObserver
{
    void OnNotice(Notice notice);

    /// <summary>The head of the recording of this session.</summary>
    void OnHead(string session, RecordingHead head);

    /// <summary>The end of the recording, and our signature on it.</summary>
    void OnEnd(SessionEnd end, byte[] signature)
    {
    }

    /// <summary>The head of a ledger of the host.</summary>
    void OnLedgerHead(LedgerNote head);
}
