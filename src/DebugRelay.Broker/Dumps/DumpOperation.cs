using System.Runtime.Versioning;
using System.Security.Cryptography;
using DebugRelay.Broker.Targets;
using DebugRelay.Broker.Workers;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Dumps;

/// <summary>An engineer who waits for a dump and takes it. He may leave; then the dump waits for him, unless it was taken from him.</summary>
/// <param name="dump">The dump.</param>
/// <param name="problem">Decides on it again, by what holds now: null while it is allowed.</param>
[SupportedOSPlatform("linux")]
internal sealed class DumpOperation(MadeDump dump, Func<string?> problem) : IRunningOperation
{
    private static readonly TimeSpan Pulse = TimeSpan.FromMilliseconds(250);

    private readonly TaskCompletionSource<string> _stop = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <inheritdoc/>
    public string Name => dump.Order.Operation;

    /// <inheritdoc/>
    public TargetProcess Process => dump.Order.Endpoint.Process;

    /// <inheritdoc/>
    public string? Problem() => problem();

    /// <inheritdoc/>
    public void Stop(string code)
    {
        if (code != ErrorCode.ClientGone)
            dump.Cancel(code);
        _stop.TrySetResult(code);
    }

    /// <summary>Delivers it on the caller's thread: how far it is, then its bytes.</summary>
    /// <param name="frames">The agent.</param>
    /// <param name="offset">The first byte that is wanted.</param>
    /// <param name="most">Bytes that may be delivered.</param>
    public OperationEnd Run(BlockingFrames frames, long offset, long most)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        long sent = 0;
        try
        {
            if (Await(frames) is not { } report)
                return Cut(0, hash, _stop.Task.Result, "the dump was given up");
            if (offset > report.Bytes)
                return Cut(0, hash, ErrorCode.BadRequest, $"the dump has {report.Bytes} bytes, and {offset} are said to be there already");
            if (report.Bytes - offset > most)
                return Cut(0, hash, ErrorCode.UsedUp, $"the dump has {report.Bytes} bytes, and the grant or the session has {most} left");
            byte[] buffer = new byte[Limits.DataPayload];
            for (Tell(frames, new DumpProgress("deliver", offset, report.Bytes)); offset + sent < report.Bytes && !_stop.Task.IsCompleted;)
            {
                int read = RandomAccess.Read(dump.Result, buffer, offset + sent);
                hash.AppendData(buffer, 0, read);
                frames.Write(FrameType.Data, buffer.AsSpan(0, read));
                sent += read;
            }
            if (_stop.Task.IsCompleted)
                return Cut(sent, hash, _stop.Task.Result, "the dump was not delivered whole");
            dump.IsDelivered = true;
            return new OperationEnd(sent, Convert.ToHexStringLower(hash.GetHashAndReset()), Partial: false, null, null, [], null, null, report);
        }
        catch (PeerGoneException)
        {
            Stop(ErrorCode.ClientGone);
            return Cut(sent, hash, ErrorCode.ClientGone, "the agent is gone");
        }
        catch (Exception e) when (e is WorkerException or TargetException or IOException or ObjectDisposedException)
        {
            string code = (e as WorkerException)?.Code ?? (e as TargetException)?.Code ?? ErrorCode.Storage;
            return Cut(sent, hash, code, e is ObjectDisposedException ? "the dump has waited long enough and is gone; take another" : e.Message);
        }
    }

    private DumpReport? Await(BlockingFrames frames)
    {
        DumpProgress? told = null;
        while (true)
        {
            if (dump.Progress is var progress && progress != told)
                Tell(frames, told = progress);
            Task.WaitAny([dump.Ready, _stop.Task], Pulse);
            if (dump.Ready.IsCompleted)
                return dump.Ready.GetAwaiter().GetResult();
            if (_stop.Task.IsCompleted)
                return null;
        }
    }

    private void Tell(BlockingFrames frames, DumpProgress progress)
    {
        // What is encrypted to a session's key is of no use to another session.
        string? id = dump.Order.Seal is null ? dump.Id : null;
        frames.Write(FrameType.Progress, new OperationProgress(progress.Stage, progress.Done, progress.Total, id), ProtocolJson.Default.OperationProgress);
    }

    private static OperationEnd Cut(long bytes, IncrementalHash hash, string code, string message)
        => new(bytes, Convert.ToHexStringLower(hash.GetHashAndReset()), Partial: true, code, message, [], null);
}
