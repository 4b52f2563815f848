namespace DebugRelay.TestSupport.Hosts;

/// <summary>Reads as fast as there is something, until it is paced: then one byte for each <see cref="Tick"/>, until it is freed.</summary>
public sealed class PacedStream(Stream inner) : Stream
{
    private readonly SemaphoreSlim _ticks = new(0);
    private volatile bool _isPaced;

    /// <summary>Bytes that were read one at a time.</summary>
    public long PacedBytes { get; private set; }

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

    /// <summary>From here on a byte is read for each tick.</summary>
    public void Pace() => _isPaced = true;

    /// <summary>Lets one byte be read.</summary>
    public void Tick() => _ticks.Release();

    /// <summary>From here on everything is read.</summary>
    public void Free()
    {
        _isPaced = false;
        _ticks.Release();
    }

    /// <inheritdoc/>
    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_isPaced || buffer.IsEmpty)
            return await inner.ReadAsync(buffer, cancellationToken);
        await _ticks.WaitAsync(cancellationToken);
        int count = await inner.ReadAsync(_isPaced ? buffer[..1] : buffer, cancellationToken);
        PacedBytes += _isPaced ? count : 0;
        return count;
    }

    /// <inheritdoc/>
    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken)
        => ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Flush() => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _ticks.Dispose();
        base.Dispose(disposing);
    }
}
