using System.IO.Pipelines;

namespace DebugRelay.Fuzz;

/// <summary>A pipe into an array that is used again for every input.</summary>
internal sealed class ArrayPipeWriter : PipeWriter
{
    private int _length;

    public byte[] Bytes { get; private set; } = new byte[256 * 1024];

    public ReadOnlySpan<byte> Written => Bytes.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public override void Advance(int bytes) => _length += bytes;

    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        if (Bytes.Length - _length < Math.Max(sizeHint, 1))
        {
            var bytes = Bytes;
            Array.Resize(ref bytes, (Bytes.Length * 2) + sizeHint);
            Bytes = bytes;
        }
        return Bytes.AsMemory(_length);
    }

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

    public override void CancelPendingFlush()
    {
    }

    public override void Complete(Exception? exception = null)
    {
    }
}
