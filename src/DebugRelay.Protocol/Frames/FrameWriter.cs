using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Protocol;

/// <summary>Writes frames to a pipe. Calls from several tasks are put in a row.</summary>
public sealed class FrameWriter(PipeWriter output) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);

    /// <summary>Writes a control frame and flushes it.</summary>
    public async ValueTask WriteAsync<T>(FrameType type, T message, JsonTypeInfo<T> json, CancellationToken cancellation)
        => await WriteAsync(type, JsonSerializer.SerializeToUtf8Bytes(message, json), cancellation);

    /// <summary>Writes a frame without content (an empty JSON object) and flushes it.</summary>
    public ValueTask WriteAsync(FrameType type, CancellationToken cancellation) => WriteAsync(type, "{}"u8.ToArray(), cancellation);

    /// <summary>Writes a refusal and flushes it.</summary>
    public ValueTask RefuseAsync(Refused refusal, CancellationToken cancellation)
        => WriteAsync(FrameType.Refused, refusal, ProtocolJson.Default.Refused, cancellation);

    /// <summary>Writes a frame of raw bytes and flushes it.</summary>
    public async ValueTask WriteAsync(FrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, Limits.PayloadOf(type));
        await _turn.WaitAsync(cancellation);
        try
        {
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

    /// <inheritdoc/>
    public void Dispose() => _turn.Dispose();
}
