using System.Buffers.Binary;
using System.Text;

namespace DebugRelay.Fuzz;

/// <summary>Makes an input of a seed: parts left out, doubled or swapped, contents damaged, frames mended or (seldom) damaged too.</summary>
internal static class Mutator
{
    private const int MaxSize = 64 * 1024;
    private static readonly uint[] Odd = [0, 1, 2, 0x7F, 0x80, 0xFF, 0x7FFF, 0x8000, 0xFFFF, 0x10000, 0x7FFF_FFFF, 0x8000_0000, 0xFFFF_FFFF];
    private static readonly byte[] Buffer = new byte[MaxSize];

    public static ReadOnlySpan<byte> Mutate(Random random, SeedStream[] seeds)
    {
        var seed = seeds[random.Next(seeds.Length)];
        var length = Append(0, seed.Head);
        var damaged = random.Next(seed.Parts.Count);
        for (var i = 0; i < seed.Parts.Count; i++)
        {
            var part = seed.Parts[i];
            if (i == damaged && random.Next(8) == 0) continue;
            for (var times = i == damaged && random.Next(8) == 0 ? 2 : 1; times > 0; times--)
                length = AppendPart(random, seed.IsV6, length, part, i == damaged || random.Next(6) == 0);
        }
        length = seed.IsV6 ? Append(length, [0, 0, 0, 0]) : Append(length, [1]);
        if (random.Next(6) == 0) length = Damage(random, 0, length);
        if (random.Next(20) == 0) length = random.Next(length + 1);
        return Buffer.AsSpan(0, length);
    }

    /// <summary>The stream of a seed as it is.</summary>
    public static byte[] Whole(SeedStream seed)
    {
        var length = Append(0, seed.Head);
        foreach (var part in seed.Parts) length = AppendPart(Random.Shared, seed.IsV6, length, part, isDamaged: false);
        length = seed.IsV6 ? Append(length, [0, 0, 0, 0]) : Append(length, [1]);
        return Buffer.AsSpan(0, length).ToArray();
    }

    private static int AppendPart(Random random, bool isV6, int at, SeedPart part, bool isDamaged)
    {
        int sizeAt;
        if (isV6)
        {
            sizeAt = at;
            at += 4;
        }
        else
        {
            var version = part.Name == "Trace" ? 4 : 2;
            at = Append(at, [5, 5, 1, (byte)version, 0, 0, 0, (byte)version, 0, 0, 0, (byte)part.Name.Length, 0, 0, 0]);
            at += Encoding.UTF8.GetBytes(part.Name, Buffer.AsSpan(at));
            at = Append(at, [6]);
            sizeAt = at;
            if (version == 2)
            {
                at += 4;
                while (at % 4 != 0) Buffer[at++] = 0;
            }
        }
        var start = at;
        at = Append(at, part.Content);
        for (var times = isDamaged ? random.Next(1, 4) : 0; times > 0; times--) at = Damage(random, start, at);
        if (isV6) BinaryPrimitives.WriteInt32LittleEndian(Buffer.AsSpan(sizeAt), (at - start) | (part.Kind << 24));
        else if (part.Name != "Trace") BinaryPrimitives.WriteInt32LittleEndian(Buffer.AsSpan(sizeAt), at - start);
        return isV6 ? at : Append(at, [6]);
    }

    /// <summary>One change between the two places; gives where the bytes then end.</summary>
    private static int Damage(Random random, int start, int end)
    {
        if (end <= start) return end;
        var at = random.Next(start, end);
        var count = Math.Min(random.Next(1, 5), end - at);
        switch (random.Next(6))
        {
            case 0:
                Buffer[at] ^= (byte)(1 << random.Next(8));
                return end;
            case 1:
                Buffer[at] = (byte)random.Next(256);
                return end;
            case 2 when at + 4 <= end:
                BinaryPrimitives.WriteUInt32LittleEndian(Buffer.AsSpan(at), Odd[random.Next(Odd.Length)]);
                return end;
            case 3 when at + 2 <= end:
                BinaryPrimitives.WriteUInt16LittleEndian(Buffer.AsSpan(at), (ushort)Odd[random.Next(Odd.Length)]);
                return end;
            case 4:
                Buffer.AsSpan((at + count)..end).CopyTo(Buffer.AsSpan(at));
                return end - count;
            case 5:
                Buffer.AsSpan(at..end).CopyTo(Buffer.AsSpan(at + count));
                random.NextBytes(Buffer.AsSpan(at, count));
                return end + count;
            default:
                Buffer[at]++;
                return end;
        }
    }

    private static int Append(int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Buffer.AsSpan(at));
        return at + bytes.Length;
    }
}
