using System.Collections.Frozen;
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
    private const int UnusedBits = 16 - HashBits;
    private const ushort FirstFactor = 0x9E37, SecondFactor = 0x79B1, ThirdFactor = 0x85EB;
    private const ushort CaseBit = 0x20, FoldMask = 0xff;

    // From the most to the least frequent in English and in code.
    private const string ByFrequency = "etaoinsrhldcumpfgwybvkxjqz";

    private readonly byte[] _mayHit = new byte[1 << HashBits];
    private readonly FrozenDictionary<uint, Placed[]> _byGram;

    public LiteralSearch(IEnumerable<Literal> literals)
    {
        _byGram = literals.Select(l => new Placed(l, Rarest(l.Text))).GroupBy(p => p.Gram).ToFrozenDictionary(g => g.Key, g => g.ToArray());
        foreach (var gram in _byGram.Keys)
        {
            _mayHit[Hash(gram & FoldMask, (gram >> 8) & FoldMask, gram >> 16)] = 1;
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
        for (var i = NextGram(text, 0); i >= 0; i = NextGram(text, i + 1))
        {
            tags |= Compare(text, i, out _);
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
        const int Window = 16 + GramLength - 1;
        var i = from;
        if (Vector256.IsHardwareAccelerated && units.Length >= Window)
        {
            Span<ushort> hashes = stackalloc ushort[Vector256<ushort>.Count];
            for (var last = units.Length - Window; i < last + Vector256<ushort>.Count; i += Vector256<ushort>.Count)
            {
                // The last window reaches back over what was looked at before: nothing is found there again that lies before `i`.
                var at = Math.Min(i, last);
                Hashes(units[at..]).CopyTo(hashes);
                var first = FirstHit(hashes[(i - at)..]);
                if (first >= 0)
                {
                    return i + first;
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

    private int FirstHit(ReadOnlySpan<ushort> hashes)
    {
        var table = _mayHit;
        var any = 0;
        foreach (var hash in hashes)
        {
            any |= table[hash];
        }

        if (any == 0)
        {
            return -1;
        }

        var first = 0;
        while (table[hashes[first]] == 0)
        {
            first++;
        }

        return first;
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
        if (!_byGram.TryGetValue(Gram(text, gramStart), out var literals))
        {
            return tags;
        }

        foreach (var (literal, place) in literals)
        {
            var begin = gramStart - place.Offset;
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

        var offset = Enumerable.Range(0, literal.Length - GramLength + 1).MinBy(i => literal.AsSpan(i, GramLength).ToArray().Sum(Frequency));
        return (offset, Gram(literal, offset));
    }

    private static int Frequency(char c)
    {
        var place = ByFrequency.IndexOf(char.ToLowerInvariant(c), StringComparison.Ordinal);
        return place < 0 ? 5 : ByFrequency.Length - place;
    }

    private readonly record struct Placed(Literal Literal, (int Offset, uint Gram) Place)
    {
        public uint Gram => Place.Gram;
    }
}
