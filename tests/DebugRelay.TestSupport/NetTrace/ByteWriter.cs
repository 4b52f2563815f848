using System.Text;

namespace DebugRelay.TestSupport.NetTrace;

/// <summary>Writes the primitives of nettrace; on purpose without anything of the code under test.</summary>
public sealed class ByteWriter
{
    private readonly List<byte> _bytes = [];

    public int Length => _bytes.Count;

    public byte[] ToArray() => _bytes.ToArray();

    public ByteWriter Raw(params ReadOnlySpan<byte> bytes)
    {
        _bytes.AddRange(bytes);
        return this;
    }

    public ByteWriter U8(int value) => Raw((byte)value);

    public ByteWriter I16(int value) => Raw(BitConverter.GetBytes((short)value));

    public ByteWriter I32(int value) => Raw(BitConverter.GetBytes(value));

    public ByteWriter I64(long value) => Raw(BitConverter.GetBytes(value));

    public ByteWriter Text16(string text) => Raw(Encoding.Unicode.GetBytes(text + "\0"));

    public ByteWriter Text8(string text) => Varint((ulong)Encoding.UTF8.GetByteCount(text)).Raw(Encoding.UTF8.GetBytes(text));

    public ByteWriter Varint(ulong value)
    {
        for (; value > 0x7F; value >>= 7) U8((int)(value & 0x7F) | 0x80);
        return U8((int)value);
    }

    /// <summary>A part after its 16-bit size.</summary>
    public ByteWriter Sized16(ByteWriter part) => I16(part.Length).Raw(part.ToArray());

    public ByteWriter Pad4()
    {
        while (Length % 4 != 0) U8(0);
        return this;
    }
}
