using System.Buffers;
using System.IO.Pipes;

namespace DebugRelay.Protocol.Windows;

/// <summary>A named pipe that can be read and written blocking with time limits, which pipes of Windows have none of themselves.</summary>
public sealed class TimedPipeStream : Stream
{
    private PipeStream? _pipe;

    /// <param name="pipe">Opened for asynchronous work. It is ours from now on.</param>
    public TimedPipeStream(PipeStream pipe) => _pipe = pipe;

    /// <inheritdoc/>
    public override bool CanRead => _pipe is { CanRead: true };

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => _pipe is { CanWrite: true };

    /// <inheritdoc/>
    public override bool CanTimeout => true;

    /// <inheritdoc/>
    public override int ReadTimeout { get; set; } = Timeout.Infinite;

    /// <inheritdoc/>
    public override int WriteTimeout { get; set; } = Timeout.Infinite;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    private PipeStream Pipe => _pipe ?? throw new ObjectDisposedException(nameof(TimedPipeStream));

    /// <summary>Gives the pipe to another owner: this one has none any more, and closes nothing.</summary>
    public TimedPipeStream Detach()
    {
        PipeStream pipe = Pipe;
        _pipe = null;
        return new TimedPipeStream(pipe);
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        byte[] bytes = ArrayPool<byte>.Shared.Rent(buffer.Length);
        try
        {
            using var limit = new CancellationTokenSource(ReadTimeout);
            int got = Pipe.ReadAsync(bytes.AsMemory(0, buffer.Length), limit.Token).AsTask().GetAwaiter().GetResult();
            bytes.AsSpan(0, got).CopyTo(buffer);
            return got;
        }
        catch (OperationCanceledException)
        {
            throw Late();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            using var limit = new CancellationTokenSource(WriteTimeout);
            Pipe.WriteAsync(buffer.ToArray(), limit.Token).AsTask().GetAwaiter().GetResult();
        }
        catch (OperationCanceledException)
        {
            throw Late();
        }
    }

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => Pipe.ReadAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default) => Pipe.WriteAsync(buffer, cancellationToken);

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override Task FlushAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _pipe?.Dispose();
        base.Dispose(disposing);
    }

    private static IOException Late() => new("the other end took too long", new TimeoutException());
}
