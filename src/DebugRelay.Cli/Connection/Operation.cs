using System.Buffers;
using System.Security.Cryptography;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Sealing;

namespace DebugRelay.Cli.Connection;

/// <summary>Takes a piece of an operation's result. The memory is valid only during the call.</summary>
internal delegate ValueTask DeliverAsync(ReadOnlySequence<byte> bytes, CancellationToken cancellation);

/// <summary>One accepted operation on its own connection.</summary>
internal sealed class Operation(Session session, AgentConnection connection, Accepted accepted, SealedOpener? opener = null) : IAsyncDisposable
{
    // The agent lets go of a target after StopDrain and then still has to tell us.
    private static readonly TimeSpan StopLimit = Limits.StopDrain + TimeSpan.FromSeconds(5);

    // A session that ends takes its operations along: their last frames are on the way.
    private static readonly TimeSpan LastFrames = TimeSpan.FromSeconds(5);

    private IncrementalHash? _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _bytes;

    /// <summary>How often the grant that it needed may still be used; null where it needed none.</summary>
    public int? UsesLeft => accepted.UsesLeft;

    /// <summary>Told how far it is, by an operation that delivers when it is done.</summary>
    public Action<OperationProgress>? Progressed { get; set; }

    /// <summary>The rule of the policy that allows it.</summary>
    public string Rule => accepted.Rule;

    /// <summary>Receives the result until the agent ends it.</summary>
    /// <param name="deliver">Takes the bytes as they come.</param>
    /// <param name="duration">When to stop; null: when the operation ends by itself.</param>
    /// <param name="stop">Stops early and keeps what there is.</param>
    /// <returns>The end; its bytes are those that came. It may be partial.</returns>
    /// <exception cref="ConnectionException">The link broke before the end.</exception>
    /// <exception cref="MismatchException">What came is not what was sent.</exception>
    public async Task<OperationEnd> ReceiveAsync(DeliverAsync deliver, TimeSpan? duration, CancellationToken stop)
    {
        using var abort = new CancellationTokenSource();
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(stop);
        if (duration is { } limit)
            stopping.CancelAfter(limit);
        Task<OperationEnd> receiving = ReceiveAsync(deliver, abort.Token);
        await Task.WhenAny(receiving, WhenCancelled(stopping.Token), session.Ended);
        if (!receiving.IsCompleted)
        {
            if (!session.Ended.IsCompleted)
                await StopAsync(abort.Token);
            abort.CancelAfter(session.Ended.IsCompleted ? LastFrames : StopLimit);
        }
        try
        {
            return await WithReasonAsync(receiving);
        }
        catch (OperationCanceledException error) when (abort.IsCancellationRequested)
        {
            await session.ThrowIfEndingAsync();
            throw new ConnectionException("the agent did not end the operation in time", "look at the network between here and the host, then try again", error);
        }
    }

    /// <summary>Receives a result that is one small document.</summary>
    /// <param name="limit">Bytes at most.</param>
    /// <param name="cancellation">Gives up.</param>
    /// <exception cref="OperationCutException">It did not come whole.</exception>
    public async Task<byte[]> ReceiveAllAsync(int limit, CancellationToken cancellation)
    {
        var all = new ArrayBufferWriter<byte>();
        OperationEnd end = await WithReasonAsync(ReceiveAsync(Keep, cancellation));
        return end.Partial ? throw Cut(end) : all.WrittenSpan.ToArray();

        ValueTask Keep(ReadOnlySequence<byte> bytes, CancellationToken _)
        {
            if (all.WrittenCount + bytes.Length > limit)
                throw new ProtocolException(ErrorCode.FrameTooLong, $"the result is longer than {limit} bytes");
            foreach (ReadOnlyMemory<byte> part in bytes)
                all.Write(part.Span);
            return ValueTask.CompletedTask;
        }
    }

    /// <summary>The failure that goes with a partial end.</summary>
    public static OperationCutException Cut(OperationEnd end)
        => new(end.Code ?? ErrorCode.Internal, end.Message ?? "the operation was cut short, and the agent does not say why");

    /// <summary>Gives away the SHA-256 over all that came, for one who goes on with it; nothing can be received afterwards.</summary>
    public IncrementalHash TakeHash() => Interlocked.Exchange(ref _hash, null)!;

    public async ValueTask DisposeAsync()
    {
        _hash?.Dispose();
        opener?.Dispose();
        await connection.DisposeAsync();
    }

    private async Task<OperationEnd> ReceiveAsync(DeliverAsync deliver, CancellationToken cancellation)
    {
        while (await connection.ReadAsync(cancellation) is { } frame)
        {
            switch (frame.Type)
            {
                case FrameType.Data:
                    foreach (ReadOnlyMemory<byte> part in frame.Payload)
                        _hash!.AppendData(part.Span);
                    _bytes += frame.Payload.Length;
                    await PassOnAsync(frame.Payload, deliver, cancellation);
                    break;
                case FrameType.Progress:
                    Progressed?.Invoke(frame.Read(ProtocolJson.Default.OperationProgress));
                    break;
                case FrameType.End:
                    return Verified(frame.Read(ProtocolJson.Default.OperationEnd));
                case FrameType.Refused:
                    throw new RefusedException(frame.ReadRefused());
                default:
                    throw new ProtocolException(ErrorCode.UnexpectedFrame, $"{frame.Type} came among an operation's data");
            }
        }
        throw new ConnectionException("the link to the agent was lost before the operation's end", "look at the network between here and the host, then try again");
    }

    /// <summary>What comes encrypted is opened here, piece by piece; whoever takes the result sees none of it.</summary>
    private async ValueTask PassOnAsync(ReadOnlySequence<byte> bytes, DeliverAsync deliver, CancellationToken cancellation)
    {
        if (opener is null)
        {
            await deliver(bytes, cancellation);
            return;
        }
        try
        {
            await opener.OpenAsync(bytes, part => deliver(new ReadOnlySequence<byte>(part), cancellation));
        }
        catch (SealException error)
        {
            throw new MismatchException(error.Message);
        }
    }

    private OperationEnd Verified(OperationEnd end)
    {
        if (opener is { IsComplete: false } && !end.Partial)
            throw new MismatchException("what came encrypted has no last piece: it was cut on the way");
        if (end.Bytes != _bytes)
            throw new MismatchException($"{_bytes} bytes came, the agent sent {end.Bytes}");
        string came = Convert.ToHexStringLower(_hash!.GetCurrentHash());
        if (!string.Equals(end.Sha256, came, StringComparison.OrdinalIgnoreCase))
            throw new MismatchException($"what came has the SHA-256 {came}, what was sent has {end.Sha256}");
        return end;
    }

    private async Task StopAsync(CancellationToken cancellation)
    {
        try
        {
            await connection.WriteAsync(FrameType.Stop, cancellation);
        }
        catch (ConnectionException)
        {
            // The operation ended by itself at the same moment, or the link is lost: the receiving side tells which.
        }
    }

    private async Task<OperationEnd> WithReasonAsync(Task<OperationEnd> receiving)
    {
        try
        {
            return await receiving;
        }
        catch (Exception error) when (error is ConnectionException or ProtocolException { Code: ErrorCode.Truncated })
        {
            await session.ThrowIfEndingAsync();
            throw;
        }
    }

    private static Task WhenCancelled(CancellationToken cancellation)
    {
        var cancelled = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        cancellation.Register(cancelled.SetResult);
        return cancelled.Task;
    }
}
