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
    /// <param name="type">What it is.</param>
    /// <param name="payload">Copied before this returns.</param>
    /// <param name="cancellation">
    /// Ends the wait, not the writing: a frame that has been begun goes out whole, and the next waits for it. Half a frame, or a TLS record that was encrypted and
    /// then held back, would make what follows unreadable.
    /// </param>
    /// <exception cref="IOException">The peer has gone, or the writer was closed.</exception>
    /// <exception cref="OperationCanceledException">The wait was cancelled.</exception>
    public async ValueTask WriteAsync(FrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        Task whole = await BeginAsync(type, payload, cancellation);
        await whole.WaitAsync(cancellation);
    }

    /// <summary>Waits for its turn and begins a frame of raw bytes, which then goes out whole whoever waits for it.</summary>
    /// <param name="type">What it is.</param>
    /// <param name="payload">Copied before this returns.</param>
    /// <param name="cancellation">Ends the wait for the turn.</param>
    /// <returns>Completes when the frame has been flushed; fails with <see cref="IOException"/> when the peer has gone, or the writer was closed.</returns>
    /// <exception cref="OperationCanceledException">The wait was cancelled: nothing of the frame goes out.</exception>
    public async ValueTask<Task> BeginAsync(FrameType type, ReadOnlyMemory<byte> payload, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, Limits.PayloadOf(type));
        await _turn.WaitAsync(cancellation);
        Task whole = FlushAsync(type, payload);
        // Whoever no longer waits does not hear of a failure: the next writer does.
        if (!whole.IsCompletedSuccessfully)
            _ = whole.ContinueWith(static t => t.Exception, CancellationToken.None, TaskContinuationOptions.OnlyOnFaulted, TaskScheduler.Default);
        return whole;
    }

    private async Task FlushAsync(FrameType type, ReadOnlyMemory<byte> payload)
    {
        try
        {
            if (_isClosed)
                throw new IOException("the connection is closed");
            // In one piece: TLS makes a record of each, and one of 4 KiB costs nearly what one of 16 does.
            int length = Frame.HeaderSize + payload.Length;
            Span<byte> room = output.GetSpan(length);
            Frame.WriteHeader(room, type, payload.Length);
            payload.Span.CopyTo(room[Frame.HeaderSize..]);
            output.Advance(length);
            FlushResult result = await output.FlushAsync(CancellationToken.None);
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
