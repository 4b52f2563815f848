namespace DebugRelay.NetTrace;

/// <summary>Bytes of a block being built; reused from block to block.</summary>
internal sealed class BlockBuffer
{
    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    public void Append(ReadOnlySpan<byte> bytes) => bytes.CopyTo(Take(bytes.Length));

    /// <summary>Appends that many bytes, to be written by the caller; they hold whatever was there.</summary>
    public Span<byte> Take(int count)
    {
        if (_bytes.Length - Length < count)
            Array.Resize(ref _bytes, Math.Max(Length + count, Math.Min(_bytes.Length * 2, NetTraceLimits.MaxBlockSize)));
        var taken = _bytes.AsSpan(Length, count);
        Length += count;
        return taken;
    }

    /// <summary>Gives back the end of what was taken last.</summary>
    public void Untake(int count) => Length -= count;

    /// <summary>Writes a 16-bit size at an earlier place; false where it needs more bits.</summary>
    public bool TrySetSize(int at, int size)
    {
        if (size > ushort.MaxValue) return false;
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(at), (ushort)size);
        return true;
    }
}
