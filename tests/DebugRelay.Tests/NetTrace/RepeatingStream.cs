using DebugRelay.TestSupport.NetTrace;

namespace DebugRelay.Tests.NetTrace;

/// <summary>A stream of any length that holds little: a beginning, one piece as often as told, an end. Runs an action every so many bytes.</summary>
internal sealed class RepeatingStream(byte[] beginning, byte[] piece, long times, byte[] end, long stride, Action onStride) : Stream
{
    private byte[] _current = beginning;
    private int _at;
    private long _left = times;
    private bool _isEnding;
    private long _given;
    private long _measured;

    /// <summary>
    /// A beginning and a group of blocks, then a second group as often as told. A block's padding depends on where it stands, and that is the same from the third
    /// group on.
    /// </summary>
    public static RepeatingStream Of(Func<TraceBuilder> begin, Action<TraceBuilder, int> add, long times, byte[] end, long stride, Action onStride)
    {
        var once = Build(begin, add, 1);
        var twice = Build(begin, add, 2);
        return new RepeatingStream(once, twice[once.Length..], times, end, stride, onStride);
    }

    private static byte[] Build(Func<TraceBuilder> begin, Action<TraceBuilder, int> add, int times)
    {
        var trace = begin();
        for (var i = 0; i < times; i++) add(trace, i);
        return trace.ToArray();
    }

    public override int Read(Span<byte> buffer)
    {
        if (_at == _current.Length && !TryGoOn()) return 0;
        if (_given - _measured >= stride)
        {
            _measured = _given;
            onStride();
        }
        var count = Math.Min(buffer.Length, _current.Length - _at);
        _current.AsSpan(_at, count).CopyTo(buffer);
        _at += count;
        _given += count;
        return count;
    }

    private bool TryGoOn()
    {
        if (_isEnding) return false;
        _isEnding = _left-- == 0;
        _current = _isEnding ? end : piece;
        _at = 0;
        return _current.Length > 0;
    }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => new(Read(buffer.Span));

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => _given;
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
