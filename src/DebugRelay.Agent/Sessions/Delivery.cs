using System.Buffers;
using System.Diagnostics;
using System.Security.Cryptography;
using DebugRelay.Agent.Observability;
using DebugRelay.Agent.Transport;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>
/// An operation's bytes on their way: from the worker into the recording as fast as they come, and from the recording to the client as fast
/// as it takes them. A slow client never slows the target, and what was sent is what was recorded.
/// </summary>
internal sealed class Delivery(RelaySession session, ClientConnection client, FrameReader worker, RunningOperation operation, RecordedStream stream, AgentMetrics metrics, Bandwidth bandwidth)
{
    private readonly ulong _number = operation.Request.Number;
    // Where what was sent cannot be read again, its hash is kept.
    private readonly IncrementalHash? _sentHash = stream.IsKept ? null : IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Stopwatch _time = Stopwatch.StartNew();
    private volatile bool _stopAsked;
    private bool _isWithdrawalTold;
    private long _sent;
    private Task? _sending;
    private Task _telling = Task.CompletedTask;
    private TaskCompletionSource _moved = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private long Most => operation.Decision.Limits!.Bytes;

    /// <summary>Runs until the operation is over and the client has what it will have of it.</summary>
    /// <exception cref="RecordingException">The bytes could not be recorded.</exception>
    public async Task RunAsync()
    {
        using var clientGone = CancellationTokenSource.CreateLinkedTokenSource(client.Closed);
        using var workerIsLate = new CancellationTokenSource();
        Task listening = ListenAsync(clientGone);
        _sending = SendAsync(clientGone);
        try
        {
            await using CancellationTokenRegistration withdrawing = session.Withdrawing.Register(clientGone.Cancel);
            await using CancellationTokenRegistration ending = session.Ending.Register(() => EndSoon(session.Ended.Result.Code, clientGone, workerIsLate));
            await using CancellationTokenRegistration cut = operation.Ending.Register(() => EndSoon(operation.Cut!.Code, clientGone, workerIsLate));
            OperationEnd end = await WhyEarlyAsync(await RecordAsync(workerIsLate.Token));
            TryComplete();
            await _sending;
            await session.RecordAsync("end", new EndEntry(_number, end, _sent, operation.Isolation), RecordedJson.Default.EndEntry, durable: true);
            metrics.OperationEnded(operation.Request.Operation, end, _sent, _time.Elapsed);
            await session.Ledger.EndAsync(session.Id, new LedgerEnd(_number, end.Bytes, end.Sha256, end.Partial, end.Code));
            // Where the broker was the first to withdraw, all was sent before there was a reason to tell.
            if (Withdrawal is null)
                await TryEndAsync(end);
            else
                await TryTellWithdrawalAsync();
        }
        finally
        {
            TryComplete();
            await clientGone.CancelAsync();
            await Task.WhenAll(listening, _sending);
            _sentHash?.Dispose();
        }
    }

    /// <summary>Lets the sender see the end, also where recording has failed.</summary>
    private void TryComplete()
    {
        try
        {
            stream.Complete();
        }
        catch (RecordingException)
        {
            // The sender gets the same exception from its own call.
        }
    }

    /// <summary>Reads what the worker delivers to its end.</summary>
    private async Task<OperationEnd> RecordAsync(CancellationToken late)
    {
        try
        {
            while (await worker.ReadAsync(late) is { } frame)
            {
                switch (frame.Type)
                {
                    case FrameType.Data when !session.TryTake(frame.Payload.Length, Most):
                        await StopAsync(ErrorCode.LimitReached);
                        return Partial(ErrorCode.LimitReached, $"the session has had the {Most} bytes that the role allows");
                    case FrameType.Data:
                        await stream.AppendAsync(frame.Payload);
                        await RoomAsync();
                        break;
                    case FrameType.Progress:
                        PassOn(frame.Read(ProtocolJson.Default.OperationProgress));
                        break;
                    case FrameType.End:
                        return Check(frame.Read(ProtocolJson.Default.OperationEnd));
                    default:
                        throw new ProtocolException(ErrorCode.UnexpectedFrame, $"the worker sent {frame.Type}");
                }
            }
        }
        catch (Exception e) when (e is IOException or ProtocolException or OperationCanceledException)
        {
            // As good as an end without a word.
        }
        catch (RecordingException)
        {
            await StopAsync(ErrorCode.RecordingFailed);
            await DrainAsync(late);
            throw;
        }
        // A worker ends with its broker, and then the broker is the reason.
        return CutBy() is { Code: ErrorCode.BrokerGone } cut ? Partial(cut.Code, cut.Message) : Partial(ErrorCode.WorkerGone, "the worker died; another takes the next operation");
    }

    /// <summary>Nobody gets what is read now; the worker's end says that the target is let go.</summary>
    private async Task DrainAsync(CancellationToken late)
    {
        try
        {
            while (await worker.ReadAsync(late) is { Type: not FrameType.End })
            {
                // To the end.
            }
        }
        catch (Exception e) when (e is IOException or ProtocolException or OperationCanceledException)
        {
            // As good as an end.
        }
    }

    /// <summary>How far it is, where the client takes it: one that is slow hears less often.</summary>
    private void PassOn(OperationProgress progress)
    {
        if (!_telling.IsCompleted)
            return;
        _telling = TellAsync(progress);
    }

    private async Task TellAsync(OperationProgress progress)
    {
        try
        {
            await client.Frames.WriteAsync(FrameType.Progress, progress, ProtocolJson.Default.OperationProgress, operation.Ending);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The client is gone: the sending side sees it too.
        }
    }

    /// <summary>Waits while too much waits for the client; one that is gone is waited for no longer.</summary>
    private async Task RoomAsync()
    {
        while (stream.Length - Volatile.Read(ref _sent) > Limits.Spool && !_sending!.IsCompleted)
        {
            Task moved = Volatile.Read(ref _moved).Task;
            if (stream.Length - Volatile.Read(ref _sent) > Limits.Spool)
                await Task.WhenAny(moved, _sending);
        }
    }

    /// <summary>The worker's account of its bytes must be ours.</summary>
    private OperationEnd Check(OperationEnd end)
    {
        (long bytes, byte[] sha256) = stream.Complete();
        if (end.Bytes != bytes || end.Sha256 != Convert.ToHexStringLower(sha256))
            return Partial(ErrorCode.Internal, "what arrived from the worker is not what it says it sent");
        // A target that was not read to its end because there was no time for it has not failed.
        if ((end.Partial && end.Code != ErrorCode.TargetFailed) || CutBy() is not { } closed)
            return end;
        // A trace that was cut short is whole as far as it goes, but not what was asked for.
        return closed.Code == ErrorCode.Closed ? end : end with { Partial = true, Code = closed.Code, Message = closed.Message };
    }

    /// <summary>
    /// A trace that ends well, but before its time and unasked, was ended by the broker, whose word of why is on its way on another connection: what was cut
    /// short must not pass for whole.
    /// </summary>
    private async Task<OperationEnd> WhyEarlyAsync(OperationEnd end)
    {
        bool early = operation.Request.Parameters is { } asked && !_stopAsked
            && _time.Elapsed + TimeSpan.FromSeconds(1) < (asked.DurationSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Limits.Trace);
        if (end.Partial || !early)
            return end;
        var cut = new TaskCompletionSource();
        await using CancellationTokenRegistration ending = operation.Ending.Register(() => cut.TrySetResult());
        await Task.WhenAny(session.Ended, cut.Task, Task.Delay(TimeSpan.FromSeconds(2)));
        return CutBy() is { } closed && closed.Code != ErrorCode.Closed ? end with { Partial = true, Code = closed.Code, Message = closed.Message } : end;
    }

    /// <summary>Why the client gets nothing more, not even what is on its way; null while it does.</summary>
    private SessionClosed? Withdrawal => CutBy() is { } cut && ErrorCode.IsWithdrawal(cut.Code) ? cut : null;

    private SessionClosed? CutBy() => operation.Cut ?? session.Withdrawal ?? (session.Ended.IsCompleted ? session.Ended.Result : null);

    private OperationEnd Partial(string code, string message)
    {
        (long bytes, byte[] sha256) = stream.Complete();
        return new OperationEnd(bytes, Convert.ToHexStringLower(sha256), Partial: true, code, message, [], null);
    }

    /// <summary>A stop of the client, or its end: either way the target is stopped, and read to its end.</summary>
    private async Task ListenAsync(CancellationTokenSource gone)
    {
        try
        {
            for (bool stopped = false; await client.ReadAsync(gone.Token) is { Type: FrameType.Stop }; stopped = true)
            {
                _stopAsked = true;
                if (!stopped)
                    await StopAsync(ErrorCode.Closed);
            }
        }
        catch (Exception e) when (e is IOException or ProtocolException or OperationCanceledException)
        {
            // Whatever it was, there will be no more of it.
        }
        // Where access was taken away, the target is let go when the session's end has its turn.
        if (session.Withdrawal is null)
            await StopAsync(ErrorCode.ClientGone);
        await gone.CancelAsync();
    }

    /// <summary>The session or the operation ends: the target is let go now, and a client that is slow to take the rest has had its time.</summary>
    private void EndSoon(string code, CancellationTokenSource gone, CancellationTokenSource workerIsLate)
    {
        // First the client, and then the target.
        if (ErrorCode.IsWithdrawal(code))
            gone.Cancel();
        else
            gone.CancelAfter(ErrorCode.EndsAccess(code) ? Limits.KillDrain : Limits.LastBytes);
        _ = StopAsync(code);
        // The broker ends a worker that hangs. Where both do, nothing of the session may wait for them.
        workerIsLate.CancelAfter(Limits.StopDrain + Limits.LastBytes);
    }

    private Task StopAsync(string code) => session.StopAsync(_number, code);

    private async Task SendAsync(CancellationTokenSource gone)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            while (true)
            {
                await stream.WaitForMoreAsync(_sent, gone.Token);
                int got = stream.Read(_sent, buffer);
                if (got == 0)
                    break;
                if (operation.Decision.NeedsObserver)
                    await session.Watchers.UntilAsync(() => session.Watchers.Watch(operation.Request, operation.Target), gone.Token);
                await bandwidth.TakeAsync(got, gone.Token);
                // What has been begun goes out, also where this no longer waits for it: it counts as sent.
                Task whole = await client.Frames.BeginAsync(FrameType.Data, buffer.AsMemory(0, got), gone.Token);
                _sentHash?.AppendData(buffer, 0, got);
                Volatile.Write(ref _sent, _sent + got);
                await whole.WaitAsync(gone.Token);
                Interlocked.Exchange(ref _moved, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException or RecordingException)
        {
            // The client is gone, and the recording has the rest; or the recording fails, which ends the session by itself.
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        // At once: the target and the recording may need a while yet.
        await TryTellWithdrawalAsync();
    }

    /// <summary>Whose access was withdrawn hears why, once.</summary>
    private async Task TryTellWithdrawalAsync()
    {
        if (_isWithdrawalTold || Withdrawal is not { } withdrawal)
            return;
        _isWithdrawalTold = true;
        await client.TryRefuseAsync(new Refused(withdrawal.Code, withdrawal.Message));
    }

    /// <summary>Who was cut off before he had it all is told of what he had: that is what he can check.</summary>
    private OperationEnd ForClient(OperationEnd end)
    {
        long sent = Volatile.Read(ref _sent);
        if (!end.Partial || sent >= end.Bytes)
            return end;
        return end with { Bytes = sent, Sha256 = Convert.ToHexStringLower(_sentHash?.GetCurrentHash() ?? HashAgain(sent)) };
    }

    private byte[] HashAgain(long sent)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        try
        {
            for (long at = 0; at < sent;)
            {
                int got = Math.Min(stream.Read(at, buffer), (int)Math.Min(buffer.Length, sent - at));
                hash.AppendData(buffer, 0, got);
                at += got;
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
        return hash.GetHashAndReset();
    }

    private async Task TryEndAsync(OperationEnd end)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(2));
        try
        {
            await client.Frames.WriteAsync(FrameType.End, ForClient(end), ProtocolJson.Default.OperationEnd, patience.Token);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException or RecordingException)
        {
            // The client has gone: the recording tells.
        }
    }
}
