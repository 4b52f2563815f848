using System.IO.Pipelines;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Broker.Sessions;

/// <summary>A session's connection from the agent: challenge, proof, and then its life. When it ends, so does the session.</summary>
internal sealed class SessionConnections(SessionRegistry registry, HostLedger ledger)
{
    /// <summary>Serves one connection whose first frame asked for a challenge.</summary>
    public async Task RunAsync(Stream agent)
    {
        await using Stream stream = agent;
        var reader = new FrameReader(PipeReader.Create(stream));
        var writer = new FrameWriter(PipeWriter.Create(stream));
        try
        {
            BrokerSession session = await OpenAsync(reader, writer);
            await LiveAsync(session, reader, writer);
        }
        catch (RefusedException e)
        {
            await TryRefuseAsync(writer, e.Refusal);
        }
        catch (ProtocolException e)
        {
            await TryRefuseAsync(writer, new Refused(e.Code, e.Message));
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The agent has gone before there was a session.
        }
    }

    private async Task<BrokerSession> OpenAsync(FrameReader reader, FrameWriter writer)
    {
        (Challenge challenge, IDisposable slot) = registry.Challenge();
        using (slot)
        {
            using var timer = new CancellationTokenSource(Limits.Challenge);
            await writer.WriteAsync(FrameType.Challenge, challenge, ProtocolJson.Default.Challenge, timer.Token);
            Frame proof = await reader.ExpectAsync(FrameType.Proof, timer.Token);
            BrokerSession session = registry.Open(challenge, proof.Read(ProtocolJson.Default.Proof));
            await EnterAsync(session);
            return session;
        }
    }

    /// <exception cref="ProtocolException">The ledger cannot be written, so there is no session.</exception>
    private async Task EnterAsync(BrokerSession session)
    {
        try
        {
            await ledger.OpenSessionAsync(session.Id, session.Proof.Identity.ToString(), null, session.Proof.Statement.Reason, session.Proof.Statement.Incident);
        }
        catch (RecordingException e)
        {
            BrokerLog.Error(e.Message);
            await registry.EndAsync(session, ErrorCode.RecordingFailed);
            throw new ProtocolException(ErrorCode.RecordingFailed, "the broker cannot write its ledger, so there is no session");
        }
    }

    /// <summary>The session's last word in the ledger, and the head with it, before the agent is told of the end; where it has been told, the next head that is due will do.</summary>
    private async Task LeaveAsync(BrokerSession session, SessionClosed closed, FrameWriter? agent)
    {
        try
        {
            await ledger.CloseSessionAsync(session.Id, new LedgerClose(closed.Code, null, null));
            if (agent is not null)
                SendHead(agent, await ledger.PublishAsync());
        }
        catch (RecordingException e)
        {
            BrokerLog.Error(e.Message);
        }
    }

    private async Task LiveAsync(BrokerSession session, FrameReader reader, FrameWriter writer)
    {
        using var life = new CancellationTokenSource();
        SessionClosed closed = new(ErrorCode.ClientGone, "the agent closed the session");
        void PassOn(LedgerHead head) => SendHead(writer, head);
        session.Noticed += notice => Send(writer, FrameType.Notice, notice, ProtocolJson.Default.Notice);
        session.Withdrawn += stop => Send(writer, FrameType.StopOperation, stop, ProtocolJson.Default.StopOperation);
        try
        {
            await writer.WriteAsync(FrameType.SessionOpened, registry.Describe(session), ProtocolJson.Default.SessionOpened, life.Token);
            ledger.HeadSigned += PassOn;
            closed = await UntilEndAsync(session, reader, life);
        }
        catch (Exception e) when (e is IOException or ProtocolException)
        {
            closed = new SessionClosed(ErrorCode.ClientGone, e.Message);
        }
        session.Leave();
        await life.CancelAsync();
        bool told = ErrorCode.IsWithdrawal(closed.Code);
        if (told)
        {
            // Targets first, and the agent; the ledger takes as long as disks need.
            session.StopAll(closed.Code);
            await TryCloseAsync(writer, closed);
        }
        await LeaveAsync(session, closed, told ? null : writer);
        ledger.HeadSigned -= PassOn;
        // The agent need not wait until targets and worker are gone; that it asked them to go is all that it can do.
        if (!told)
            await TryCloseAsync(writer, closed);
        await registry.EndAsync(session, closed.Code);
    }

    private static void SendHead(FrameWriter writer, LedgerHead head)
        => Send(writer, FrameType.LedgerHead, new LedgerNote(head.Note.ToArray()), ProtocolJson.Default.LedgerNote);

    private static void Send<T>(FrameWriter writer, FrameType type, T message, JsonTypeInfo<T> json)
    {
        // Not awaited: an agent that does not read must not hold up the others.
        _ = writer.WriteAsync(type, message, json, CancellationToken.None).AsTask()
            .ContinueWith(t => t.Exception, TaskScheduler.Default);
    }

    private async Task<SessionClosed> UntilEndAsync(BrokerSession session, FrameReader reader, CancellationTokenSource life)
    {
        TimeSpan left = session.NotAfter - registry.Now;
        life.CancelAfter(left > TimeSpan.Zero ? left : TimeSpan.Zero);
        _ = session.Ended.ContinueWith(_ => TryCancel(life), TaskScheduler.Default);
        try
        {
            while (await reader.ReadAsync(life.Token) is { } frame)
            {
                if (frame.Type == FrameType.StopOperation)
                {
                    StopOperation stop = frame.Read(ProtocolJson.Default.StopOperation);
                    session.Stop(stop.Number, stop.Code);
                }
                else if (frame.Type == FrameType.CloseSession)
                {
                    return new SessionClosed(ErrorCode.Closed, "the agent closed the session");
                }
                else if (frame.Type != FrameType.Heartbeat)
                {
                    throw new ProtocolException(ErrorCode.UnexpectedFrame, $"a session's connection does not carry {frame.Type}");
                }
            }
            return new SessionClosed(ErrorCode.ClientGone, "the agent closed the session");
        }
        catch (OperationCanceledException)
        {
            return session.Ended.IsCompleted ? await session.Ended : new SessionClosed(ErrorCode.Expired, "the session's time is over");
        }
    }

    private static void TryCancel(CancellationTokenSource life)
    {
        try
        {
            life.Cancel();
        }
        catch (ObjectDisposedException)
        {
            // The session has ended by itself.
        }
    }

    private static async Task TryRefuseAsync(FrameWriter writer, Refused refusal)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await TryAsync(() => writer.RefuseAsync(refusal, patience.Token));
    }

    private static async Task TryCloseAsync(FrameWriter writer, SessionClosed closed)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        await TryAsync(() => writer.WriteAsync(FrameType.SessionClosed, closed, ProtocolJson.Default.SessionClosed, patience.Token));
    }

    private static async Task TryAsync(Func<ValueTask> write)
    {
        try
        {
            await write();
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // The agent has gone: there is nobody to tell.
        }
    }
}
