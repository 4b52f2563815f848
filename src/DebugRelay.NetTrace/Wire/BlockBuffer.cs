using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>Bytes of a block being built; reused from block to block.</summary>
internal sealed class BlockBuffer
{
    private byte[] _bytes = new byte[4096];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    /// <summary>Whether something was refused because it would have grown past <see cref="NetTraceLimits.MaxBlockSize"/>, or past its size field.</summary>
    public bool IsOverfull { get; private set; }

    public void Clear()
    {
        Length = 0;
        IsOverfull = false;
    }

    /// <summary>Whether there is room for that many bytes more; where not, <see cref="IsOverfull"/> says so from here on.</summary>
    public bool HasRoom(int count) => !(IsOverfull |= count > NetTraceLimits.MaxBlockSize - Length);

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

    /// <summary>Writes a 32-bit size at an earlier place.</summary>
    public void SetSize(int at, int size) => BinaryPrimitives.WriteInt32LittleEndian(_bytes.AsSpan(at), size);

    /// <summary>Writes a 16-bit size at an earlier place; false, and <see cref="IsOverfull"/> from here on, where it needs more bits.</summary>
    public bool TrySetSize(int at, int size)
    {
        IsOverfull |= size > ushort.MaxValue;
        if (size > ushort.MaxValue) return false;
        BinaryPrimitives.WriteUInt16LittleEndian(_bytes.AsSpan(at), (ushort)size);
        return true;
    }
}
