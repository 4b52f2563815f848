using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Text.Json;
using System.Threading.Channels;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Worker.Jobs;

/// <summary>Writes an operation's bytes to the agent as data frames, each flush at least one, and keeps their count and SHA-256.</summary>
/// <remarks>
/// A flush does not wait for the agent but for room in a bounded queue, and <see cref="IsOverloaded"/> says early that there will be none:
/// whoever fills it is then to leave out what can be left out. When the agent is gone the bytes are thrown away and no error is raised.
/// Both for the target's sake, which must be read to its end: a runtime that is not read drops events, and blocks its own stop.
/// </remarks>
internal sealed class DeliveryWriter : PipeWriter, IDisposable
{
    private const int FirstBuffer = 128 * 1024;

    private readonly Stream _agent;
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Channel<(byte[] Buffer, int Length)> _queue = Channel.CreateUnbounded<(byte[], int)>(new UnboundedChannelOptions { SingleReader = true });
    private readonly SemaphoreSlim _room = new(0);
    private readonly Task _sending;

    // A frame is built in place: the first bytes are kept for its header.
    private byte[] _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
    private int _filled = Frame.HeaderSize;
    private int _queued;
    private bool _agentIsGone;
    private Action? _onLimit;
    private long _limit = long.MaxValue;
    private readonly SessionBudget _session;

    /// <summary>Begins to send.</summary>
    /// <param name="agent">Where to.</param>
    /// <param name="session">What the session may still have.</param>
    public DeliveryWriter(Stream agent, SessionBudget session)
    {
        _agent = agent;
        _session = session;
        _sending = SendQueueAsync();
    }

    /// <summary>Bytes delivered so far.</summary>
    public long Delivered { get; private set; }

    /// <summary>SHA-256 of the bytes delivered so far, hexadecimal.</summary>
    public string Sha256 => Convert.ToHexStringLower(_sha256.GetCurrentHash());

    /// <summary>Whether the limit of <see cref="LimitTo"/>, or the session's, was reached: what came after it was thrown away.</summary>
    public bool IsSpent { get; private set; }

    /// <summary>Whether it was the session's.</summary>
    public bool IsSessionSpent { get; private set; }

    /// <summary>Delivers no more than so many bytes: what would go beyond is thrown away, flush by flush.</summary>
    /// <param name="bytes">At most.</param>
    /// <param name="reached">Called once when they, or the session's, are reached.</param>
    public void LimitTo(long bytes, Action reached) => (_limit, _onLimit) = (bytes, reached);

    /// <summary>Whether half of the queue is full: the rest is for what cannot be left out.</summary>
    public bool IsOverloaded => Volatile.Read(ref _queued) > Limits.WorkerQueue / 2;

    /// <summary>Writes the last frame and waits until all is sent.</summary>
    public async Task EndAsync(OperationEnd end)
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(end, ProtocolJson.Default.OperationEnd);
        byte[] frame = ArrayPool<byte>.Shared.Rent(Frame.HeaderSize + payload.Length);
        Frame.WriteHeader(frame, FrameType.End, payload.Length);
        payload.CopyTo(frame, Frame.HeaderSize);
        Enqueue(frame, Frame.HeaderSize + payload.Length);
        _queue.Writer.Complete();
        await _sending;
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int wanted = Math.Max(sizeHint, 4096);
        if (_buffer.Length - _filled < wanted)
            Grow(_filled + wanted);
        return _buffer.AsMemory(_filled);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes) => _filled += bytes;

    /// <inheritdoc/>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        if (_filled > Frame.HeaderSize)
        {
            while (Volatile.Read(ref _queued) > Limits.WorkerQueue)
                await _room.WaitAsync(cancellationToken);
            Deliver();
        }
        return new FlushResult(isCanceled: false, isCompleted: false);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush()
    {
    }

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _sha256.Dispose();
        _room.Dispose();
    }

    /// <summary>Puts what is filled into the queue: one frame as it lies, or several copied ones where it is larger than a frame may be.</summary>
    private void Deliver()
    {
        int length = _filled - Frame.HeaderSize;
        if (IsSpent || Delivered + length > _limit || !_session.TryTake(length))
        {
            _filled = Frame.HeaderSize;
            if (IsSpent)
                return;
            IsSpent = true;
            IsSessionSpent = Delivered + length <= _limit;
            _onLimit?.Invoke();
            return;
        }
        _sha256.AppendData(_buffer, Frame.HeaderSize, length);
        Delivered += length;
        if (length < _buffer.Length / 4)
        {
            // What waits in the queue is counted by its length: a small frame must not hold a large buffer.
            EnqueueCopy(_buffer.AsSpan(Frame.HeaderSize, length));
        }
        else if (length <= Limits.DataPayload)
        {
            Frame.WriteHeader(_buffer, FrameType.Data, length);
            Enqueue(_buffer, _filled);
            _buffer = ArrayPool<byte>.Shared.Rent(FirstBuffer);
        }
        else
        {
            for (int start = Frame.HeaderSize; start < _filled; start += Limits.DataPayload)
                EnqueueCopy(_buffer.AsSpan(start, Math.Min(_filled - start, Limits.DataPayload)));
        }
        _filled = Frame.HeaderSize;
    }

    private void EnqueueCopy(ReadOnlySpan<byte> payload)
    {
        byte[] frame = ArrayPool<byte>.Shared.Rent(Frame.HeaderSize + payload.Length);
        Frame.WriteHeader(frame, FrameType.Data, payload.Length);
        payload.CopyTo(frame.AsSpan(Frame.HeaderSize));
        Enqueue(frame, Frame.HeaderSize + payload.Length);
    }

    private void Enqueue(byte[] frame, int length)
    {
        Interlocked.Add(ref _queued, length);
        _queue.Writer.TryWrite((frame, length));
    }

    private void Grow(int size)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, size));
        _buffer.AsSpan(0, _filled).CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }

    private async Task SendQueueAsync()
    {
        await foreach ((byte[] frame, int length) in _queue.Reader.ReadAllAsync())
        {
            await SendAsync(frame.AsMemory(0, length));
            ArrayPool<byte>.Shared.Return(frame);
            Interlocked.Add(ref _queued, -length);
            if (_room.CurrentCount == 0)
                _room.Release();
        }
    }

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            if (!_agentIsGone)
                await _agent.WriteAsync(bytes);
        }
        catch (IOException)
        {
            _agentIsGone = true;
        }
    }
}
