using DebugRelay.Agent.Transport;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>From a session's opening to the first thing that ends it: client, broker, recording, clock, or the agent.</summary>
internal sealed class SessionLife(RelaySession session, ClientConnection client, FrameReader broker, InboxCalls inbox, TimeProvider time)
{
    private int _calls;

    /// <summary>Runs until something ends the session.</summary>
    /// <returns>What did.</returns>
    public async Task<SessionClosed> RunAsync()
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(client.Closed);
        Task<SessionClosed> fromBroker = FromBrokerAsync(stop.Token), fromClient = FromClientAsync(stop.Token), beating = BeatAsync(stop.Token);
        Task<SessionClosed>[] ends = [session.Ended, fromClient, fromBroker, RecordingFailsAsync(), ExpiresAsync(stop.Token), IdlesAsync(stop.Token), beating];
        SessionClosed closed = await await Task.WhenAny(ends);
        // Whoever was told that access is taken away leaves, often before the end has its turn: it waits for it all the same. Should the turn not come, it ends without.
        if (session.Withdrawal is not null)
            await ((Task)session.Ended).WaitAsync(Limits.AllTurns).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        session.End(closed.Code, closed.Message);
        // The reason is the first.
        closed = await session.Ended;
        // The broker's connection stays until the operations are over: it is how they are stopped.
        await stop.CancelAsync();
        // And nobody reads or writes the client's connection on his own any more.
        await Task.WhenAll(fromBroker, fromClient, beating);
        return closed;
    }

    private async Task<SessionClosed> FromClientAsync(CancellationToken stop)
    {
        using var silence = CancellationTokenSource.CreateLinkedTokenSource(stop);
        try
        {
            while (true)
            {
                silence.CancelAfter(Limits.Silence);
                if (await client.ReadAsync(silence.Token) is not { } frame)
                    return new SessionClosed(ErrorCode.ClientGone, "the client's connection was closed without a word");
                if (frame.Type == FrameType.CloseSession)
                    return new SessionClosed(ErrorCode.Closed, "the client closed the session");
                if (frame.Type == FrameType.InboxCall)
                    await ServeInboxAsync(frame.Read(ProtocolJson.Default.InboxCall), stop);
                else if (frame.Type != FrameType.Heartbeat)
                    return new SessionClosed(ErrorCode.UnexpectedFrame, $"a control connection does not carry {frame.Type}");
            }
        }
        catch (OperationCanceledException) when (!stop.IsCancellationRequested)
        {
            return new SessionClosed(ErrorCode.ClientGone, $"nothing was heard of the client for {Limits.Silence.TotalSeconds:0} s");
        }
        catch (ProtocolException e)
        {
            return new SessionClosed(e.Code, e.Message);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            return new SessionClosed(ErrorCode.ClientGone, "the client's connection was lost");
        }
    }

    private async Task ServeInboxAsync(InboxCall call, CancellationToken stop)
    {
        if (++_calls > Limits.InboxCalls)
            throw new ProtocolException(ErrorCode.LimitReached, $"a session may call the inbox {Limits.InboxCalls} times; open another");
        try
        {
            await client.Frames.WriteAsync(FrameType.InboxReply, await inbox.ServeAsync(session, call), ProtocolJson.Default.InboxReply, stop);
        }
        catch (RecordingException)
        {
            throw new ProtocolException(ErrorCode.RecordingFailed, "the session can no longer be recorded, so it ends");
        }
    }

    private async Task<SessionClosed> FromBrokerAsync(CancellationToken stop)
    {
        try
        {
            while (await broker.ReadAsync(stop) is { } frame)
            {
                if (frame.Type == FrameType.Notice)
                    await client.Frames.WriteAsync(FrameType.Notice, frame.Read(ProtocolJson.Default.Notice), ProtocolJson.Default.Notice, stop);
                else if (frame.Type == FrameType.LedgerHead)
                    await client.Frames.WriteAsync(FrameType.LedgerHead, frame.Read(ProtocolJson.Default.LedgerNote), ProtocolJson.Default.LedgerNote, stop);
                else if (frame.Type == FrameType.StopOperation)
                    session.Withdraw(frame.Read(ProtocolJson.Default.StopOperation));
                else if (frame.Type == FrameType.SessionClosed)
                    return frame.Read(ProtocolJson.Default.SessionClosed);
                else
                    return new SessionClosed(ErrorCode.BrokerGone, $"the broker sent {frame.Type}");
            }
        }
        catch (Exception e) when (e is IOException or ProtocolException or OperationCanceledException)
        {
            // As good as an end.
        }
        return new SessionClosed(ErrorCode.BrokerGone, "the broker died; it is started again, open a new session");
    }

    private async Task<SessionClosed> RecordingFailsAsync()
    {
        try
        {
            await session.Recorder.Failure;
        }
        catch (RecordingException)
        {
            // The log has the reason; the client needs to know only that there is no session without a recording.
        }
        return new SessionClosed(ErrorCode.RecordingFailed, "the session can no longer be recorded, so it ends");
    }

    private async Task<SessionClosed> ExpiresAsync(CancellationToken stop)
    {
        TimeSpan left = session.NotAfter - time.GetUtcNow();
        if (left > TimeSpan.Zero)
            await Task.Delay(left, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new SessionClosed(ErrorCode.Expired, "the session's time is over");
    }

    private async Task<SessionClosed> IdlesAsync(CancellationToken stop)
    {
        while (!stop.IsCancellationRequested && session.IdleLeft is { Ticks: > 0 } left)
            await Task.Delay(left, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return new SessionClosed(ErrorCode.Idle, $"nothing was asked for {session.RoleLimits.Idle.TotalSeconds:0} s, which is as long as the role allows; open a new session");
    }

    private async Task<SessionClosed> BeatAsync(CancellationToken stop)
    {
        using var timer = new PeriodicTimer(Limits.Heartbeat);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
                await client.Frames.WriteAsync(FrameType.Heartbeat, stop);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client's connection is gone.
        }
        return new SessionClosed(ErrorCode.ClientGone, "the client's connection was lost");
    }
}
