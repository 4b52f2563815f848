using System.IO.Pipelines;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Worker.Jobs;

/// <summary>Writes an operation's bytes to the agent as data frames, each flush at least one, and keeps their count and SHA-256.</summary>
/// <remarks>
/// When the agent is gone the bytes are thrown away and no error is raised: the target must still be read to its end,
/// since a runtime that is not read blocks its own stop.
/// </remarks>
internal sealed class DeliveryWriter(Socket agent) : PipeWriter, IDisposable
{
    private readonly IncrementalHash _sha256 = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    // A frame is built in place: the first bytes are kept for its header.
    private byte[] _buffer = new byte[Frame.HeaderSize + (128 * 1024)];
    private int _filled = Frame.HeaderSize;
    private bool _agentIsGone;

    /// <summary>Bytes delivered so far.</summary>
    public long Delivered { get; private set; }

    /// <summary>SHA-256 of the bytes delivered so far, hexadecimal.</summary>
    public string Sha256 => Convert.ToHexStringLower(_sha256.GetCurrentHash());

    /// <summary>Writes the last frame.</summary>
    public async Task EndAsync(OperationEnd end)
    {
        byte[] payload = JsonSerializer.SerializeToUtf8Bytes(end, ProtocolJson.Default.OperationEnd);
        byte[] frame = new byte[Frame.HeaderSize + payload.Length];
        Frame.WriteHeader(frame, FrameType.End, payload.Length);
        payload.CopyTo(frame, Frame.HeaderSize);
        await SendAsync(frame);
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int wanted = Math.Max(sizeHint, 4096);
        if (_buffer.Length - _filled < wanted)
            Array.Resize(ref _buffer, Math.Max(_buffer.Length * 2, _filled + wanted));
        return _buffer.AsMemory(_filled);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes) => _filled += bytes;

    /// <inheritdoc/>
    public override async ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        int start = Frame.HeaderSize;
        while (start < _filled)
        {
            int length = Math.Min(_filled - start, Limits.DataPayload);
            ReadOnlyMemory<byte> payload = _buffer.AsMemory(start, length);
            _sha256.AppendData(payload.Span);
            Delivered += length;
            // The bytes before the payload were sent already, or are the room kept for the first header.
            Frame.WriteHeader(_buffer.AsSpan(start - Frame.HeaderSize), FrameType.Data, length);
            await SendAsync(_buffer.AsMemory(start - Frame.HeaderSize, Frame.HeaderSize + length));
            start += length;
        }
        _filled = Frame.HeaderSize;
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
    public void Dispose() => _sha256.Dispose();

    private async ValueTask SendAsync(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            while (!_agentIsGone && !bytes.IsEmpty)
                bytes = bytes[await agent.SendAsync(bytes, SocketFlags.None)..];
        }
        catch (SocketException)
        {
            _agentIsGone = true;
        }
    }
}
