using System.Buffers.Binary;

namespace DebugRelay.Fuzz;

/// <summary>Small damage to bytes of any format: bits, bytes, odd numbers, pieces left out and put in.</summary>
internal static class ByteDamage
{
    private static readonly uint[] Odd = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];

    /// <summary>One change between the two places; up to four bytes may be added.</summary>
    /// <returns>Where the bytes then end.</returns>
    public static int Once(Random random, byte[] buffer, int start, int end)
    {
        if (end <= start) return end;
        var at = random.Next(start, end);
        var count = Math.Min(random.Next(1, 5), end - at);
        switch (random.Next(6))
        {
            case 0:
                buffer[at] ^= (byte)(1 << random.Next(8));
                return end;
            case 1:
                buffer[at] = (byte)random.Next(256);
                return end;
            case 2 when at + 4 <= end:
                BinaryPrimitives.WriteUInt32LittleEndian(buffer.AsSpan(at), Odd[random.Next(Odd.Length)]);
                return end;
            case 3 when at + 2 <= end:
                BinaryPrimitives.WriteUInt16LittleEndian(buffer.AsSpan(at), (ushort)Odd[random.Next(Odd.Length)]);
                return end;
            case 4:
                buffer.AsSpan((at + count)..end).CopyTo(buffer.AsSpan(at));
                return end - count;
            case 5:
                buffer.AsSpan(at..end).CopyTo(buffer.AsSpan(at + count));
                random.NextBytes(buffer.AsSpan(at, count));
                return end + count;
            default:
                buffer[at]++;
                return end;
        }
    }
}
