using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Protocol;

/// <summary>Writes frames to a pipe. Calls from several tasks are put in a row.</summary>
public sealed class FrameWriter(PipeWriter output) : IAsyncDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private bool _isClosed;

    /// <summary>Writes a control frame and flushes it.</summary>
    public async ValueTask WriteAsync<T>(FrameType type, T message, JsonTypeInfo<T> json, CancellationToken cancellation)
        => await WriteAsync(type, JsonSerializer.SerializeToUtf8Bytes(message, json), cancellation);

    /// <summary>Writes a frame without content (an empty JSON object) and flushes it.</summary>
    public ValueTask WriteAsync(FrameType type, CancellationToken cancellation) => WriteAsync(type, "{}"u8.ToArray(), cancellation);

    /// <summary>Writes a refusal and flushes it.</summary>
    public ValueTask RefuseAsync(Refused refusal, CancellationToken cancellation)
        => WriteAsync(FrameType.Refused, refusal, ProtocolJson.Default.Refused, cancellation);

    /// <summary>
    /// Writes a frame of raw bytes and flushes it.
    /// </summary>
    /// <exception cref="IOException">The peer has gone, or the writer was closed.</exception>
    public async ValueTask WriteAsync(FrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, Limits.PayloadOf(type));
        await _turn.WaitAsync(cancellation);
        try
        {
            if (_isClosed)
                throw new IOException("the connection is closed");
            Frame.WriteHeader(output.GetSpan(Frame.HeaderSize), type, payload.Length);
            output.Advance(Frame.HeaderSize);
            output.Write(payload.Span);
            FlushResult result = await output.FlushAsync(cancellation);
            if (result.IsCompleted)
                throw new IOException("the peer has gone");
        }
        finally
        {
            _turn.Release();
        }
    }

    /// <summary>
    /// Waits for the frame that is being written; later ones fail. Who gives a connection back must have done this first: its memory passes to
    /// other connections, and a frame that is still written would end up in theirs.
    /// </summary>
    public async ValueTask DisposeAsync()
    {
        await _turn.WaitAsync();
        _isClosed = true;
        _turn.Release();
    }
}
