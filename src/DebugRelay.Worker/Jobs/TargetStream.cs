using System.Net.Sockets;

namespace DebugRelay.Worker.Jobs;

/// <summary>A target's stream. One that is reset, or let go while it is read, ends like one that is closed: what came before is delivered whole.</summary>
internal sealed class TargetStream(Stream target) : Stream
{
    /// <summary>A socket is shut down instead.</summary>
    private readonly CancellationTokenSource? _letGo = target is NetworkStream ? null : new();

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await target.ReadAsync(buffer, _letGo?.Token ?? CancellationToken.None);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException or OperationCanceledException)
        {
            return 0;
        }
    }

    /// <summary>Ends it for whoever reads it, and for the target.</summary>
    public void LetGo()
    {
        if (target is NetworkStream socket)
            socket.Socket.Shutdown(SocketShutdown.Both);
        else
            _letGo?.Cancel();
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush()
    {
    }
}
