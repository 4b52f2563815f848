namespace DebugRelay.NetTrace;

/// <summary>Unsigned LEB128: seven bits a byte, the lowest first, the high bit set on all but the last.</summary>
internal static class Varint
{
    /// <summary>The most bytes that a 64-bit value takes.</summary>
    public const int MaxSize = 10;

    public static bool TryRead32(ReadOnlySpan<byte> source, ref int at, out uint value)
    {
        if ((uint)at < (uint)source.Length && source[at] < 0x80)
        {
            value = source[at++];
            return true;
        }
        var fits = TryRead64(source, ref at, out var wide) && wide <= uint.MaxValue;
        value = (uint)wide;
        return fits;
    }

    public static bool TryRead64(ReadOnlySpan<byte> source, ref int at, out ulong value)
    {
        // Nearly all are of one or two bytes.
        if ((uint)at + 1 < (uint)source.Length)
        {
            uint first = source[at], second = source[at + 1];
            value = first;
            if (first < 0x80)
            {
                at++;
                return true;
            }
            value = (first & 0x7F) | (second << 7);
            if (second < 0x80)
            {
                at += 2;
                return true;
            }
        }
        value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            if ((uint)at >= (uint)source.Length) return false;
            var part = source[at++];
            if (shift == 63 && part > 1) return false;
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80) return true;
        }
        return false;
    }

    /// <summary>Writes the value and gives the bytes it took; <paramref name="destination"/> has room for <see cref="MaxSize"/>.</summary>
    public static int Write(Span<byte> destination, ulong value)
    {
        var size = 0;
        for (; value >= 0x80; value >>= 7) destination[size++] = (byte)(value | 0x80);
        destination[size++] = (byte)value;
        return size;
    }
}
