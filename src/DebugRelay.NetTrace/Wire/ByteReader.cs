using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DebugRelay.NetTrace;

/// <summary>Reads little-endian values in turn. After a read past the end every read gives 0 or nothing, and <see cref="Failed"/> tells.</summary>
internal ref struct ByteReader(ReadOnlySpan<byte> source)
{
    private readonly ReadOnlySpan<byte> _source = source;

    /// <summary>Whether a read did not fit.</summary>
    public bool Failed { get; private set; }

    /// <summary>Bytes consumed.</summary>
    public int Position { get; private set; }

    /// <summary>Bytes left.</summary>
    public readonly int Left => Failed ? 0 : _source.Length - Position;

    public ReadOnlySpan<byte> Bytes(uint count)
    {
        if (Failed || count > (uint)Left)
        {
            Failed = true;
            return default;
        }
        var bytes = _source.Slice(Position, (int)count);
        Position += (int)count;
        return bytes;
    }

    public byte U8() => Bytes(1) is { Length: > 0 } bytes ? bytes[0] : (byte)0;

    public ushort U16() => Bytes(2) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt16LittleEndian(bytes) : (ushort)0;

    public uint U32() => Bytes(4) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt32LittleEndian(bytes) : 0;

    public int I32() => (int)U32();

    public ulong U64() => Bytes(8) is { Length: > 0 } bytes ? BinaryPrimitives.ReadUInt64LittleEndian(bytes) : 0;

    public uint Varint32()
    {
        var at = Position;
        if (Failed || !Varint.TryRead32(_source, ref at, out var value))
        {
            Failed = true;
            return 0;
        }
        Position = at;
        return value;
    }

    public ulong Varint64()
    {
        var at = Position;
        if (Failed || !Varint.TryRead64(_source, ref at, out var value))
        {
            Failed = true;
            return 0;
        }
        Position = at;
        return value;
    }

    /// <summary>UTF-16 up to its terminator, at most <paramref name="maxLength"/> characters.</summary>
    public string Text16(int maxLength)
    {
        var units = MemoryMarshal.Cast<byte, char>(Failed ? default : _source[Position..]);
        var length = units.IndexOf('\0');
        if (length < 0 || length > maxLength)
        {
            Failed = true;
            return "";
        }
        Position += (length + 1) * sizeof(char);
        return new string(units[..length]);
    }

    /// <summary>UTF-8 after its length in bytes, at most <paramref name="maxLength"/> of them.</summary>
    public string Text8(int maxLength)
    {
        var length = Varint32();
        if (length <= maxLength) return System.Text.Encoding.UTF8.GetString(Bytes(length));
        Failed = true;
        return "";
    }
}
