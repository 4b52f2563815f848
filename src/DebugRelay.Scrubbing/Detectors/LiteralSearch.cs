using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>A string to search for, and a set of bits that says who wants to know.</summary>
internal readonly record struct Literal(string Text, ulong Tag, bool IgnoreCase);

/// <summary>
/// Searches for hundreds of literals in one pass. Of each literal the rarest three characters are looked up in a small table at every position,
/// sixteen positions at a time; a hit is compared in full. The general searches of .NET degrade with so many literals of ordinary words.
/// </summary>
internal sealed class LiteralSearch
{
    private const int GramLength = 3;
    private const int HashBits = 14;
    /// <summary>Characters of sixteen grams that follow each other.</summary>
    private const int Window = 16 + GramLength - 1;
    private const ulong HashMask = (1 << HashBits) - 1;
    private const int UnusedBits = 16 - HashBits;
    private const ushort FirstFactor = 0x9E37, SecondFactor = 0x79B1, ThirdFactor = 0x85EB;
    private const ushort CaseBit = 0x20, FoldMask = 0xff;

    // From the most to the least frequent in English and in code; of what is not here digits are the most frequent.
    private const string ByFrequency = " etaoinsrhldcumpfgwybvkxjqz";

    private readonly byte[] _mayHit = new byte[1 << HashBits];

    /// <summary>By hash: 1 + where its literals are.</summary>
    private readonly ushort[] _places = new ushort[1 << HashBits];
    private readonly Placed[][] _literals;

    public LiteralSearch(IEnumerable<Literal> literals)
    {
        var byHash = literals.Select(l => new Placed(l, Rarest(l.Text))).GroupBy(p => Hash(p.Gram & FoldMask, (p.Gram >> 8) & FoldMask, p.Gram >> 16)).ToList();
        _literals = [.. byHash.Select(g => g.ToArray())];
        for (var i = 0; i < byHash.Count; i++)
        {
            _mayHit[byHash[i].Key] = 1;
            _places[byHash[i].Key] = (ushort)(i + 1);
        }
    }

    public LiteralSearch(IEnumerable<string> literals, bool ignoreCase)
        : this(literals.Select(l => new Literal(l, 1, ignoreCase)))
    {
    }

    /// <summary>Tags of all literals in a text.</summary>
    public ulong TagsIn(ReadOnlySpan<char> text)
    {
        ulong tags = 0;
        var units = MemoryMarshal.Cast<char, ushort>(text);
        if (!Vector256.IsHardwareAccelerated || units.Length < Window)
        {
            for (var i = NextGram(text, 0); i >= 0; i = NextGram(text, i + 1))
            {
                tags |= Compare(text, i, out _);
            }

            return tags;
        }

        for (int next = 0, last = units.Length - Window; next < last + Vector256<ushort>.Count; next += Vector256<ushort>.Count)
        {
            var at = Math.Min(next, last);
            for (var hits = Hits(Hashes(units[at..]), next - at); hits != 0; hits &= hits - 1)
            {
                tags |= Compare(text, at + PlaceOf(hits), out _);
            }
        }

        return tags;
    }

    /// <summary>The start of a literal at or behind <paramref name="from"/>; -1 if there is none. Of several that overlap, any.</summary>
    public int Next(ReadOnlySpan<char> text, int from)
    {
        for (var i = NextGram(text, from); i >= 0; i = NextGram(text, i + 1))
        {
            if (Compare(text, i, out var start) != 0 && start >= from)
            {
                return start;
            }
        }

        return -1;
    }

    /// <summary>The next place where a literal's gram may begin; -1 if there is none. False alarms are possible, misses are not.</summary>
    private int NextGram(ReadOnlySpan<char> text, int from)
    {
        var units = MemoryMarshal.Cast<char, ushort>(text);
        var i = from;
        if (Vector256.IsHardwareAccelerated && units.Length >= Window)
        {
            for (var last = units.Length - Window; i < last + Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                // The last window reaches back over what was looked at before: nothing is found there again that lies before `i`.
                var at = Math.Min(i, last);
                var hits = Hits(Hashes(units[at..]), i - at);
                if (hits != 0)
                {
                    return at + PlaceOf(hits);
                }
            }

            return -1;
        }

        for (; i + GramLength <= units.Length; i++)
        {
            if (_mayHit[Hash(Fold(units[i]), Fold(units[i + 1]), Fold(units[i + 2]))] != 0)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>Four bits for each of sixteen hashes, of which the lowest says whether it may hit; none for those before <paramref name="from"/>.</summary>
    private ulong Hits(Vector256<ushort> hashes, int from)
    {
        var lanes = hashes.AsUInt64();
        var hits = Four(lanes[0]) | ((ulong)Four(lanes[1]) << 16) | ((ulong)Four(lanes[2]) << 32) | ((ulong)Four(lanes[3]) << 48);
        return hits & (ulong.MaxValue << (4 * from));
    }

    /// <summary>Which of the sixteen hashes the lowest hit is.</summary>
    private static int PlaceOf(ulong hits) => BitOperations.TrailingZeroCount(hits) >> 2;

    /// <summary>Four bits for each of four hashes.</summary>
    private uint Four(ulong hashes)
    {
        // The hashes have as many bits as the table has places: no need to hold each against its length.
        ref var table = ref MemoryMarshal.GetArrayDataReference(_mayHit);
        return Unsafe.Add(ref table, (int)(hashes & HashMask)) | ((uint)Unsafe.Add(ref table, (int)((hashes >> 16) & HashMask)) << 4)
            | ((uint)Unsafe.Add(ref table, (int)((hashes >> 32) & HashMask)) << 8) | ((uint)Unsafe.Add(ref table, (int)((hashes >> 48) & HashMask)) << 12);
    }

    /// <summary>The hashes of the grams that begin at the first sixteen characters.</summary>
    private static Vector256<ushort> Hashes(ReadOnlySpan<ushort> units)
    {
        var first = Fold(Vector256.Create(units)) * FirstFactor;
        var second = Fold(Vector256.Create(units[1..])) * SecondFactor;
        var third = Fold(Vector256.Create(units[2..])) * ThirdFactor;
        return (first + second + third) >>> UnusedBits;
    }

    private static Vector256<ushort> Fold(Vector256<ushort> units) => (units | Vector256.Create(CaseBit)) & Vector256.Create(FoldMask);

    private static uint Fold(uint unit) => (unit | CaseBit) & FoldMask;

    private static int Hash(uint first, uint second, uint third)
        => (ushort)((first * FirstFactor) + (second * SecondFactor) + (third * ThirdFactor)) >> UnusedBits;

    /// <summary>Tags of the literals whose gram begins here, compared in full; <paramref name="start"/> is where the first of them begins.</summary>
    private ulong Compare(ReadOnlySpan<char> text, int gramStart, out int start)
    {
        ulong tags = 0;
        start = 0;
        var gram = Gram(text, gramStart);
        var place = _places[Hash(gram & FoldMask, (gram >> 8) & FoldMask, gram >> 16)];
        if (place == 0)
        {
            return tags;
        }

        foreach (var (literal, (offset, own)) in _literals[place - 1])
        {
            if (own != gram)
            {
                continue;
            }

            var begin = gramStart - offset;
            var comparison = literal.IgnoreCase ? StringComparison.OrdinalIgnoreCase : StringComparison.Ordinal;
            if (begin >= 0 && text[begin..].StartsWith(literal.Text, comparison))
            {
                // Of those that overlap, the one that begins first: "tskey-" before the "key-" inside it.
                start = tags == 0 ? begin : Math.Min(start, begin);
                tags |= literal.Tag;
            }
        }

        return tags;
    }

    private static uint Gram(ReadOnlySpan<char> text, int at) => Fold(text[at]) | (Fold(text[at + 1]) << 8) | (Fold(text[at + 2]) << 16);

    private static (int Offset, uint Gram) Rarest(string literal)
    {
        if (literal.Length < GramLength)
        {
            throw new ArgumentException($"'{literal}' is too short to search for.");
        }

        int offset = 0, least = int.MaxValue;
        for (var i = 0; i + GramLength <= literal.Length; i++)
        {
            var frequency = Frequency(literal[i]) + Frequency(literal[i + 1]) + Frequency(literal[i + 2]);
            (offset, least) = frequency < least ? (i, frequency) : (offset, least);
        }

        return (offset, Gram(literal, offset));
    }

    private static int Frequency(char c)
    {
        var place = ByFrequency.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
        return place >= 0 ? ByFrequency.Length - place : char.IsAsciiDigit(c) ? 8 : 5;
    }

    private readonly record struct Placed(Literal Literal, (int Offset, uint Gram) Place)
    {
        public uint Gram => Place.Gram;
    }
}
