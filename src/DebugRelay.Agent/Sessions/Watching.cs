using System.Buffers;
using System.Security.Cryptography;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Sessions;

/// <summary>
/// The operation <c>session.watch</c>: shows a second person what an operation of another's session delivers, from its recording, as it is delivered. The
/// same scrubbed bytes; of unscrubbed data nothing.
/// </summary>
internal sealed class Watching(HostConfiguration configuration, LiveTrust trust, SessionTable sessions, Bandwidth bandwidth)
{
    private const int ReadSize = 128 * 1024;

    /// <summary>Shows the operation that runs, or the next one, to its end.</summary>
    /// <exception cref="RefusedException">There is no such session (any more), or it is the watcher's own.</exception>
    public async Task RunAsync(RelaySession watcher, ClientConnection client, RunningOperation own, Accepted accepted)
    {
        try
        {
            await WatchAsync(watcher, client, own, accepted);
        }
        finally
        {
            await EndAsync(watcher, own);
        }
    }

    private async Task WatchAsync(RelaySession watcher, ClientConnection client, RunningOperation own, Accepted accepted)
    {
        RelaySession watched = Find(watcher, own.Request.Watch!);
        using var gone = CancellationTokenSource.CreateLinkedTokenSource(client.Closed, own.Ending, watcher.Ending);
        Task listening = ListenAsync(client, gone);
        long shown = 0;
        await RecordAsync(watched, watcher, own, began: true, shown);
        try
        {
            using Watcher presence = watched.Watchers.Enter(target => MaySee(watcher, target));
            (RunningOperation operation, RecordedStream stream, IDisposable share) = await NextAsync(watched, presence, gone.Token);
            using (share)
            {
                presence.See(operation.Request);
                string what = $"{operation.Request.Operation} on {operation.Target?.Name} (pid {operation.Target?.Pid}) of {watched.Proof.Identity}";
                await client.Frames.WriteAsync(FrameType.Accepted, accepted with { Rule = what }, ProtocolJson.Default.Accepted, gone.Token);
                OperationEnd end = await ShowAsync(client, stream, gone.Token);
                shown = end.Bytes;
                await client.Frames.WriteAsync(FrameType.End, own.Cut is { } cut ? end with { Partial = true, Code = cut.Code, Message = cut.Message } : end, ProtocolJson.Default.OperationEnd, gone.Token);
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or InvalidOperationException)
        {
            // The watcher has gone, or may not watch any more.
            if (own.Cut is { } cut)
                throw new RefusedException(new Refused(cut.Code, cut.Message));
        }
        finally
        {
            await RecordAsync(watched, watcher, own, began: false, shown);
            await gone.CancelAsync();
            await listening;
        }
    }

    private RelaySession Find(RelaySession watcher, string id)
    {
        RelaySession watched = sessions.Find(id) ?? throw new RefusedException(new Refused(ErrorCode.NoSession, $"there is no session {id} on this host (any more)"));
        PeerIdentity identity = watched.Proof.Identity;
        return identity.Equals(watcher.Proof.Identity) ? throw new RefusedException(new Refused(ErrorCode.Denied, "nobody watches himself")) : watched;
    }

    /// <summary>A stop, or the end of the connection: either way the watcher leaves.</summary>
    private static async Task ListenAsync(ClientConnection client, CancellationTokenSource gone)
    {
        try
        {
            _ = await client.ReadAsync(gone.Token);
        }
        catch (Exception e) when (e is IOException or ProtocolException or OperationCanceledException)
        {
            // Whatever it was, there will be no more of it.
        }
        await gone.CancelAsync();
    }

    /// <summary>Whoever may watch on some processes alone sees nothing of others.</summary>
    private bool MaySee(RelaySession watcher, TargetProcess? target) => trust.Current.Decide(
        watcher.Proof,
        Operations.SessionWatch,
        new AccessTarget { Host = configuration.Host, Pid = target?.Pid, StartTime = target?.StartTime, Name = target?.Name, User = target?.User, Container = target?.Container },
        trust.Now).Allowed;

    /// <summary>The operation to show: one that runs and delivers events, scrubbed.</summary>
    private static async Task<(RunningOperation Operation, RecordedStream Stream, IDisposable Share)> NextAsync(RelaySession watched, Watcher watcher, CancellationToken gone)
    {
        (RunningOperation Operation, RecordedStream Stream, IDisposable Share)? found = null;
        await watched.Watchers.UntilAsync(() => watched.Ended.IsCompleted || (found = Take(watched, watcher)) is not null, gone);
        return found ?? throw new RefusedException(new Refused(ErrorCode.NoSession, "the session is over"));
    }

    private static (RunningOperation Operation, RecordedStream Stream, IDisposable Share)? Take(RelaySession watched, Watcher watcher)
    {
        // Who is waited for comes first.
        foreach (RunningOperation operation in watched.Running.Where(each => watcher.MaySee(each.Target)).OrderByDescending(each => (each.Decision.NeedsObserver, each.Request.Number)))
        {
            if (operation is { Stream: { IsComplete: false } stream, Request: { Unscrubbed: false, Parameters: not null } } && stream.TryShare() is { } share)
                return (operation, stream, share);
        }
        return null;
    }

    private async Task<OperationEnd> ShowAsync(ClientConnection client, RecordedStream stream, CancellationToken gone)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReadSize);
        long sent = 0;
        try
        {
            while (true)
            {
                await stream.WaitForMoreAsync(sent, gone);
                int got = stream.Read(sent, buffer);
                if (got == 0)
                    return new OperationEnd(sent, Convert.ToHexStringLower(hash.GetCurrentHash()), Partial: false, null, null, [], null);
                hash.AppendData(buffer, 0, got);
                await bandwidth.TakeAsync(got, gone);
                await client.Frames.WriteAsync(FrameType.Data, buffer.AsMemory(0, got), gone);
                sent += got;
            }
        }
        catch (RecordingException e) when (e.Error == RecordingError.Overrun)
        {
            return new OperationEnd(sent, Convert.ToHexStringLower(hash.GetCurrentHash()), Partial: true, ErrorCode.LimitReached, "the watcher was too slow: what is not kept in the recording cannot wait for him", [], null);
        }
        catch (RecordingException)
        {
            return new OperationEnd(sent, Convert.ToHexStringLower(hash.GetCurrentHash()), Partial: true, ErrorCode.RecordingFailed, "the session that was watched can no longer be recorded", [], null);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>That it was watched, by whom and when, belongs to the story of the session that was.</summary>
    private static async Task RecordAsync(RelaySession watched, RelaySession watcher, RunningOperation own, bool began, long shown)
    {
        try
        {
            await watched.RecordAsync("watch", new WatchEntry(watcher.Proof.Identity.Value, watcher.Id, own.Request.Number, began, shown), RecordedJson.Default.WatchEntry, durable: false);
        }
        catch (RecordingException)
        {
            // It has just ended; the watcher's own recording tells.
        }
    }

    /// <summary>Nothing was had of a target: what was shown is in the other recording.</summary>
    private static async Task EndAsync(RelaySession watcher, RunningOperation own)
    {
        var nothing = new OperationEnd(0, Convert.ToHexStringLower(SHA256.HashData([])), Partial: false, null, null, [], null);
        await watcher.RecordAsync("end", new EndEntry(own.Request.Number, nothing, 0), RecordedJson.Default.EndEntry, durable: true);
        await watcher.Ledger.EndAsync(watcher.Id, new LedgerEnd(own.Request.Number, nothing.Bytes, nothing.Sha256, nothing.Partial, nothing.Code));
    }
}
