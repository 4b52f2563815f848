using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Agent.BrokerLink;
using DebugRelay.Agent.Observability;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>A control connection: challenge, proof, recording, and then the session's life.</summary>
internal sealed partial class SessionOpening(
    HostConfiguration configuration, LiveTrust trust, LiveProfile profile, BrokerProcess broker, SessionTable sessions, Openings openings, AgentIdentity identity, HostLedger ledger, InboxCalls inbox, TimeProvider time, AgentMetrics metrics, ILogger<SessionOpening> logger)
{
    /// <summary>
    /// Sessions whose recordings are being closed at once. Closing waits for the disk on a thread of the pool: where hundreds end together (a revocation), all
    /// threads would wait for disks while those who are to hear of the end do not.
    /// </summary>
    private static readonly SemaphoreSlim Closing = new(1);

    /// <summary>Likewise for those that go on, each of which seals a segment every few seconds.</summary>
    private static readonly SemaphoreSlim Sealing = new(1);

    /// <summary>Serves one control connection.</summary>
    public async Task RunAsync(ClientConnection client, X509Certificate2 certificate, OpenSession open)
    {
        if (sessions.Forbidden is { } reason)
            throw new ProtocolException(ErrorCode.Denied, reason);
        await using Stream stream = await broker.ConnectAsync(client.Closed);
        var brokerReader = new FrameReader(PipeReader.Create(stream));
        var brokerWriter = new FrameWriter(PipeWriter.Create(stream));
        try
        {
            (VerifiedSession verified, Proof proof, Challenge challenge) = await ChallengeAsync(client, certificate, brokerReader, brokerWriter);
            long number = await ledger.OpenSessionAsync(
                challenge.Session, verified.Identity.ToString(), client.Remote, verified.Statement.Reason, verified.Statement.Incident);
            var heads = new HeadPost(client);
            await using SessionRecorder recorder = await StartRecordingAsync(heads, challenge.Session);
            var ledgers = new LedgerReference(number, ledger.KeySha256, challenge.LedgerKeySha256);
            await RunRecordedAsync(client, certificate, open, verified, proof, ledgers, recorder, heads, brokerReader, brokerWriter);
        }
        catch (RefusedException e)
        {
            Log.Refused(logger, client.Remote, e.Refusal.Code, e.Refusal.Message);
            metrics.Refused(e.Refusal.Code);
            await client.TryRefuseAsync(e.Refusal);
        }
        catch (RecordingException e)
        {
            Log.CannotRecord(logger, e.Message);
            metrics.RecordingFailed();
            await client.TryRefuseAsync(new Refused(ErrorCode.RecordingFailed, "the session cannot be recorded on the host, so there is none"));
        }
    }

    /// <summary>The broker asks, the client answers; that the answer is good is checked here and again by the broker.</summary>
    private async Task<(VerifiedSession Verified, Proof Proof, Challenge Challenge)> ChallengeAsync(ClientConnection client, X509Certificate2 certificate, FrameReader brokerReader, FrameWriter brokerWriter)
    {
        // The handshake has checked the certificate. Who may not have a session is not to hold up others with a challenge.
        PeerIdentity identity = PeerIdentity.FromCertificate(certificate);
        CheckRoles(identity);
        using IDisposable opening = openings.Begin(identity);
        await brokerWriter.WriteAsync(FrameType.ChallengeRequest, client.Closed);
        Challenge challenge = (await brokerReader.ExpectWithinAsync(FrameType.Challenge, Limits.BrokerAnswer, client.Closed)).Read(ProtocolJson.Default.Challenge);
        await client.Frames.WriteAsync(FrameType.Challenge, challenge, ProtocolJson.Default.Challenge, client.Closed);
        Proof proof = (await client.ExpectAsync(FrameType.Proof, Limits.Challenge)).Read(ProtocolJson.Default.Proof);
        if (proof.Certificates.Length == 0 || !proof.Certificates[0].AsSpan().SequenceEqual(certificate.RawDataMemory.Span))
            throw new RefusedException(new Refused(ErrorCode.BadProof, "the proof is by another certificate than the connection"));
        ProofResult<VerifiedSession> result = new SessionProof(proof.Statement, proof.Signature, [.. proof.Certificates.Select(c => new ReadOnlyMemory<byte>(c))])
            .Verify(trust.Current.Store, configuration.Host, challenge.Session, challenge.Nonce, trust.Now);
        if (!result.IsValid)
            throw new RefusedException(new Refused(ErrorCode.BadProof, result.Message));
        VerifiedSession verified = result.Value;
        CheckRoles(verified.Identity);
        if (trust.Current.Recheck(verified, trust.Now) is { } withdrawal)
            throw new RefusedException(new Refused(withdrawal.IsExpiry ? ErrorCode.Expired : ErrorCode.Denied, withdrawal.Reason));
        return (verified, proof, challenge);
    }

    private void CheckRoles(PeerIdentity identity)
    {
        if (PolicyEngine.RolesOf(trust.Current.Policy, identity).Count == 0)
            throw new RefusedException(new Refused(ErrorCode.Denied, $"no role has {identity} as a member", "Ask for a role in this host's policy."));
    }

    private async Task<SessionRecorder> StartRecordingAsync(HeadPost heads, string session)
    {
        try
        {
            return SessionRecorder.Create(
                configuration.Recordings, configuration.Host, session, identity.Current.Recording, time,
                new RecorderOptions { SpoolFolder = configuration.Spool, SpoolBytes = Limits.Spool, SealingTurns = Sealing, CheckpointSealed = head => PassOn(heads, head) });
        }
        catch (RecordingException e)
        {
            Log.CannotRecord(logger, e.Message);
            await ledger.CloseSessionAsync(session, new LedgerClose(ErrorCode.RecordingFailed, 0, null));
            throw new RefusedException(new Refused(ErrorCode.RecordingFailed, "the session cannot be recorded on the host, so there is none", "Operations must mend the agent's recordings folder."));
        }
    }

    /// <summary>To the client at once, and with the ledger's next head to whom its entries are shipped.</summary>
    /// <exception cref="IOException">The ledger cannot be written: the recording fails too.</exception>
    private void PassOn(HeadPost heads, SealedCheckpoint head)
    {
        heads.Send(head);
        if (head.IsEmpty || head.IsFinal)
            return;
        try
        {
            ledger.Sealed(head.Session, new LedgerSealed(head.Index, head.Head));
        }
        catch (RecordingException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    private static void Send(ClientConnection client, Notice notice)
        => _ = client.Frames.WriteAsync(FrameType.Notice, notice, ProtocolJson.Default.Notice, client.Closed).AsTask().ContinueWith(t => t.Exception, TaskScheduler.Default);

    private static void SendHead(ClientConnection client, LedgerHead head)
    {
        _ = client.Frames.WriteAsync(FrameType.LedgerHead, new LedgerNote(head.Note.ToArray()), ProtocolJson.Default.LedgerNote, client.Closed).AsTask()
            .ContinueWith(t => t.Exception, TaskScheduler.Default);
    }

    /// <summary>The client has seen all heads and signs the last: without its key nobody can make another end.</summary>
    private async Task CountersignAsync(RelaySession session, ClientConnection client)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(client.Closed);
        patience.CancelAfter(Limits.Countersignature);
        try
        {
            while (await client.ReadAsync(patience.Token) is { } frame)
            {
                if (frame.Type != FrameType.Countersignature)
                    continue;
                Countersignature answer = frame.Read(ProtocolJson.Default.Countersignature);
                using var key = ECDsa.Create();
                key.ImportSubjectPublicKeyInfo(session.Proof.EphemeralKey.SubjectPublicKeyInfo.Span, out _);
                if (session.Recorder.Countersign(key, answer.Signature) is { } countersigned)
                    await ledger.CountersignedAsync(session.Id, countersigned);
                return;
            }
        }
        catch (Exception e) when (e is IOException or ProtocolException or OperationCanceledException or InvalidOperationException)
        {
            // It has gone: the recording has its end all the same.
        }
        catch (RecordingException e)
        {
            Log.CannotRecord(logger, e.Message);
        }
    }

    private async Task RunRecordedAsync(
        ClientConnection client, X509Certificate2 certificate, OpenSession open, VerifiedSession verified, Proof proof, LedgerReference ledgers, SessionRecorder recorder, HeadPost heads, FrameReader brokerReader, FrameWriter brokerWriter)
    {
        DateTimeOffset notAfter = trust.Current.EndOf(verified, trust.Now, Limits.Session);
        string[] roles = [.. PolicyEngine.RolesOf(trust.Current.Policy, verified.Identity).Select(r => r.Name)];
        RoleLimits limits = PolicyEngine.LimitsOf(trust.Current.Policy, verified.Identity) ?? RoleLimits.Default;
        HostProfile held = profile.Current;
        using var session = new RelaySession(verified, limits, certificate, recorder, ledger, brokerWriter, notAfter, trust.Clock) { ProfileSha256 = held.Sha256 };
        var entry = new OpenEntry(
            session.Id, configuration.Host, client.Remote, verified.Identity.ToString(), roles, verified.Statement.Reason, verified.Statement.Incident, open.Client, held.Name, held.Sha256, notAfter, proof, ledgers);
        SessionClosed closed = new(ErrorCode.Internal, "the session could not be opened");
        void PassOn(LedgerHead head) => SendHead(client, head);
        try
        {
            await session.RecordAsync("open", entry, RecordedJson.Default.OpenEntry, durable: true);
            await brokerWriter.WriteAsync(FrameType.Proof, proof, ProtocolJson.Default.Proof, client.Closed);
            SessionOpened brokers = (await brokerReader.ExpectWithinAsync(FrameType.SessionOpened, Limits.BrokerAnswer, client.Closed)).Read(ProtocolJson.Default.SessionOpened);
            if (brokers.ScrubSha256 != held.Sha256)
                throw new RefusedException(new Refused(ErrorCode.ScrubberFailed, "agent and broker do not have the same scrub profile: one of them has refused or not yet read it", "Try again in a moment; then operations must look at the host's log."));
            sessions.Add(session);
            Log.Opened(logger, session.Id, verified.Identity.ToString(), client.Remote);
            metrics.SessionOpened();
            var opened = new SessionOpened(session.Id, session.Ticket, verified.Identity.ToString(), roles, notAfter, held.Name, held.Sha256);
            await client.Frames.WriteAsync(FrameType.SessionOpened, opened, ProtocolJson.Default.SessionOpened, client.Closed);
            heads.Open();
            session.ForgetTicket();
            session.Notify = notice => Send(client, notice);
            session.TellWithdrawal = withdrawn => TryTellAsync(client, withdrawn);
            ledger.HeadSigned += PassOn;
            closed = await new SessionLife(session, client, brokerReader, inbox, trust.Clock).RunAsync();
        }
        catch (RefusedException e)
        {
            closed = new SessionClosed(e.Refusal.Code, e.Refusal.Message);
            throw;
        }
        catch (ProtocolException e)
        {
            closed = new SessionClosed(e.Code, e.Message);
            throw;
        }
        catch (BrokerGoneException e)
        {
            closed = new SessionClosed(ErrorCode.BrokerGone, e.Message);
            throw;
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            closed = new SessionClosed(ErrorCode.ClientGone, "the client's connection was lost");
        }
        finally
        {
            await CloseAsync(session, client, closed, open.Countersigns, brokerReader, brokerWriter);
            ledger.HeadSigned -= PassOn;
        }
    }

    private async Task CloseAsync(RelaySession session, ClientConnection client, SessionClosed closed, bool countersigns, FrameReader brokerReader, FrameWriter brokerWriter)
    {
        session.End(closed.Code, closed.Message);
        sessions.Remove(session);
        // Who is not wanted any more hears of it now; the rest may take as long as targets and disks need.
        // A disk that hangs may never give them that.
        bool told = ErrorCode.IsWithdrawal(closed.Code) || closed.Code == ErrorCode.RecordingFailed;
        if (told)
            await (session.Telling ?? TryTellAsync(client, closed));
        // Its operations see the end, stop their targets and record what they delivered; only then is the recording closed.
        await session.OperationsEndedAsync().WaitAsync(Limits.StopDrain + Limits.Opening).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        bool ended = false;
        await Closing.WaitAsync();
        try
        {
            await session.RecordAsync("close", new CloseEntry(closed.Code, closed.Message), RecordedJson.Default.CloseEntry, durable: true);
            await session.Recorder.CloseAsync(closed.Code);
            ended = true;
        }
        catch (RecordingException e)
        {
            Log.CannotRecord(logger, e.Message);
        }
        finally
        {
            Closing.Release();
        }
        await CloseAtBrokerAsync(client, brokerReader, brokerWriter);
        await CloseInLedgerAsync(session, closed, told ? null : client);
        if (ended && countersigns && !told)
            await CountersignAsync(session, client);
        Log.Closed(logger, session.Id, closed.Code, closed.Message);
        metrics.SessionClosed(closed.Code);
        if (!told)
            await TryTellAsync(client, closed);
    }

    /// <summary>The ledger remembers how far the recording goes, and the client is given the head that says so; where it has had its last word, the next head that is due will do.</summary>
    private async Task CloseInLedgerAsync(RelaySession session, SessionClosed closed, ClientConnection? client)
    {
        try
        {
            await ledger.CloseSessionAsync(session.Id, new LedgerClose(closed.Code, session.Recorder.SealedSegments, session.Recorder.Head));
            if (client is not null)
                SendHead(client, await ledger.PublishAsync());
        }
        catch (RecordingException e)
        {
            Log.CannotRecord(logger, e.Message);
        }
    }

    /// <summary>Before the client hears of the end: it may open its next session at once, and this one must not count any more.</summary>
    private static async Task CloseAtBrokerAsync(ClientConnection client, FrameReader brokerReader, FrameWriter brokerWriter)
    {
        using var patience = new CancellationTokenSource(Limits.WorkerAnswer);
        try
        {
            await brokerWriter.WriteAsync(FrameType.CloseSession, patience.Token);
            while (await brokerReader.ReadAsync(patience.Token) is { Type: not FrameType.SessionClosed } frame)
            {
                if (frame.Type == FrameType.LedgerHead)
                    await client.Frames.WriteAsync(FrameType.LedgerHead, frame.Read(ProtocolJson.Default.LedgerNote), ProtocolJson.Default.LedgerNote, patience.Token);
            }
        }
        catch (Exception e) when (e is IOException or ProtocolException or OperationCanceledException or InvalidOperationException)
        {
            // It has gone, and the session with it.
        }
    }

    private static async Task TryTellAsync(ClientConnection client, SessionClosed closed)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await client.Frames.WriteAsync(FrameType.SessionClosed, closed, ProtocolJson.Default.SessionClosed, patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client has gone: the recording tells.
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Information, "session {Session} opened for {Identity} at {Remote}")]
        public static partial void Opened(ILogger logger, string session, string identity, string remote);

        [LoggerMessage(2, LogLevel.Information, "session {Session} closed ({Code}): {Reason}")]
        public static partial void Closed(ILogger logger, string session, string code, string reason);

        [LoggerMessage(3, LogLevel.Warning, "{Remote} refused ({Code}): {Reason}")]
        public static partial void Refused(ILogger logger, string remote, string code, string reason);

        [LoggerMessage(4, LogLevel.Error, "no session can be recorded: {Reason}")]
        public static partial void CannotRecord(ILogger logger, string reason);
    }
}
