using System.Buffers.Binary;
using System.Text;

namespace DebugRelay.Fuzz;

/// <summary>Makes an input of a seed: parts left out, doubled or swapped, contents damaged, frames mended or (seldom) damaged too.</summary>
internal static class StreamMutator
{
    private const int MaxSize = 64 * 1024;
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
        if (random.Next(6) == 0) length = ByteDamage.Once(random, Buffer, 0, length);
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
        for (var times = isDamaged ? random.Next(1, 4) : 0; times > 0; times--) at = ByteDamage.Once(random, Buffer, start, at);
        if (isV6) BinaryPrimitives.WriteInt32LittleEndian(Buffer.AsSpan(sizeAt), (at - start) | (part.Kind << 24));
        else if (part.Name != "Trace") BinaryPrimitives.WriteInt32LittleEndian(Buffer.AsSpan(sizeAt), at - start);
        return isV6 ? at : Append(at, [6]);
    }

    private static int Append(int at, ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Buffer.AsSpan(at));
        return at + bytes.Length;
    }
}
