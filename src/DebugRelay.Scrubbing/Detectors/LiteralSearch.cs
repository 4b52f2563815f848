using System.Collections.Frozen;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>A string to search for, and a set of bits that says who wants to know.</summary>
internal readonly record struct Literal(string Text, ulong Tag, bool IgnoreCase);

/// <summary>
/// Searches for hundreds of literals in one pass. Of each literal the rarest four characters (three, where it has no more) are looked up in a bit
/// table at every position; a hit is compared in full. The general searches of .NET degrade with so many literals of ordinary words.
/// </summary>
internal sealed class LiteralSearch
{
    private const int HashBits = 16;
    private const uint HashFactor = 0x9E3779B1;

    // From the most to the least frequent in English and in code.
    private const string ByFrequency = "etaoinsrhldcumpfgwybvkxjqz";

    private readonly uint[] _bits = new uint[(1 << HashBits) / 32];
    private readonly FrozenDictionary<uint, Placed[]> _byGram;

    public LiteralSearch(IEnumerable<Literal> literals)
    {
        _byGram = literals.Select(l => new Placed(l, Rarest(l.Text))).GroupBy(p => p.Gram).ToFrozenDictionary(g => g.Key, g => g.ToArray());
        foreach (var gram in _byGram.Keys)
        {
            var hash = Hash(gram);
            _bits[hash >> 5] |= 1u << (int)(hash & 31);
        }
    }

    public LiteralSearch(IEnumerable<string> literals, bool ignoreCase)
        : this(literals.Select(l => new Literal(l, 1, ignoreCase)))
    {
    }

    /// <summary>Takes one character into the window of the last four.</summary>
    public static uint Shift(uint window, char c) => (window << 8) | Fold(c);

    /// <summary>Whether a literal's gram may end here. False alarms are possible, misses are not.</summary>
    public bool MayHit(uint window)
    {
        var four = Hash(window);
        var three = Hash(window & 0xffffff);
        return (((_bits[four >> 5] >> (int)(four & 31)) | (_bits[three >> 5] >> (int)(three & 31))) & 1) != 0;
    }

    /// <summary>
    /// Tags of the literals whose gram ends at <paramref name="last"/>, compared in full; <paramref name="start"/> is where the first of them begins.
    /// </summary>
    public ulong Verify(ReadOnlySpan<char> text, int last, uint window, out int start)
    {
        var tags = Compare(text, last - 3, window, out start);
        var more = Compare(text, last - 2, window & 0xffffff, out var other);
        start = tags == 0 ? other : more == 0 ? start : Math.Min(start, other);
        return tags | more;
    }

    /// <summary>The start of a literal at or behind <paramref name="from"/>; -1 if there is none. Of several that overlap, any.</summary>
    public int Next(ReadOnlySpan<char> text, int from)
    {
        uint window = 0;
        for (var i = from; i < text.Length; i++)
        {
            window = Shift(window, text[i]);
            if (MayHit(window) && Verify(text, i, window, out var start) != 0 && start >= from)
            {
                return start;
            }
        }

        return -1;
    }

    private ulong Compare(ReadOnlySpan<char> text, int gramStart, uint gram, out int start)
    {
        ulong tags = 0;
        start = 0;
        if (gramStart < 0 || !_byGram.TryGetValue(gram, out var literals))
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

    private static uint Fold(char c) => (uint)(c | 0x20) & 0xff;

    private static uint Hash(uint gram) => (gram * HashFactor) >> (32 - HashBits);

    private static (int Offset, uint Gram) Rarest(string literal)
    {
        var length = literal.Length switch
        {
            >= 4 => 4,
            3 => 3,
            _ => throw new ArgumentException($"'{literal}' is too short to search for."),
        };
        var offset = Enumerable.Range(0, literal.Length - length + 1).MinBy(i => literal.AsSpan(i, length).ToArray().Sum(Frequency));
        return (offset, literal.AsSpan(offset, length).ToArray().Aggregate(0u, Shift));
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
