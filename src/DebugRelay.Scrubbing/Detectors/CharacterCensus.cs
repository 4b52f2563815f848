using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Which kinds of characters a text holds, and how many digits: taken sixteen characters at a time.</summary>
internal static class CharacterCensus
{
    private static readonly (ushort Character, CharacterKinds Kind)[] Signs =
    [
        ('@', CharacterKinds.At), (':', CharacterKinds.Colon), ('%', CharacterKinds.Percent), ('\\', CharacterKinds.Backslash), ('.', CharacterKinds.Dot),
        ('-', CharacterKinds.Dash), ('+', CharacterKinds.Plus), ('?', CharacterKinds.Question), ('=', CharacterKinds.Equals),
    ];

    /// <summary>Counts. Characters that are no sign have no kind here; of digits there may be said to be more than there are, never fewer.</summary>
    public static CharacterKinds Take(ReadOnlySpan<char> text, out int digits)
    {
        var units = MemoryMarshal.Cast<char, ushort>(text);
        var kinds = CharacterKinds.None;
        digits = 0;
        if (Vector256.IsHardwareAccelerated && units.Length >= Vector256<ushort>.Count)
        {
            return Vectors(units, out digits);
        }

        foreach (var unit in units)
        {
            kinds |= KindOf(unit);
            digits += char.IsAsciiDigit((char)unit) ? 1 : 0;
        }

        return kinds;
    }

    private static CharacterKinds Vectors(ReadOnlySpan<ushort> units, out int digits)
    {
        Vector256<ushort> a = default, b = default, c = default, d = default, e = default, f = default, g = default, h = default, k = default, all = default, count = default;
        for (int next = 0, last = units.Length - Vector256<ushort>.Count; next < units.Length; next += Vector256<ushort>.Count)
        {
            // The last sixteen reach back over what was looked at before: that makes digits more, and kinds no other.
            var v = Vector256.Create(units[Math.Min(next, last)..]);
            all |= v;
            a |= Vector256.Equals(v, Vector256.Create((ushort)'@'));
            b |= Vector256.Equals(v, Vector256.Create((ushort)':'));
            c |= Vector256.Equals(v, Vector256.Create((ushort)'%'));
            d |= Vector256.Equals(v, Vector256.Create((ushort)'\\'));
            e |= Vector256.Equals(v, Vector256.Create((ushort)'.'));
            f |= Vector256.Equals(v, Vector256.Create((ushort)'-'));
            g |= Vector256.Equals(v, Vector256.Create((ushort)'+'));
            h |= Vector256.Equals(v, Vector256.Create((ushort)'?'));
            k |= Vector256.Equals(v, Vector256.Create((ushort)'='));
            // A lane that holds says so with all bits, which is minus one.
            count -= Vector256.LessThanOrEqual(v - Vector256.Create((ushort)'0'), Vector256.Create((ushort)9));
        }

        // A lane counts up to 65,535: a text that could have more has many.
        digits = units.Length < ushort.MaxValue ? (int)(Vector256.Sum(Vector256.WidenLower(count)) + Vector256.Sum(Vector256.WidenUpper(count))) : units.Length;
        return If(a, CharacterKinds.At) | If(b, CharacterKinds.Colon) | If(c, CharacterKinds.Percent) | If(d, CharacterKinds.Backslash) | If(e, CharacterKinds.Dot)
            | If(f, CharacterKinds.Dash) | If(g, CharacterKinds.Plus) | If(h, CharacterKinds.Question) | If(k, CharacterKinds.Equals)
            | If(all & Vector256.Create((ushort)0xFF80), CharacterKinds.NotAscii);
    }

    private static CharacterKinds If(Vector256<ushort> seen, CharacterKinds kind) => seen == default ? CharacterKinds.None : kind;

    private static CharacterKinds KindOf(ushort unit)
    {
        if (unit >= 128)
        {
            return CharacterKinds.NotAscii;
        }

        foreach (var (character, kind) in Signs)
        {
            if (unit == character)
            {
                return kind;
            }
        }

        return CharacterKinds.None;
    }
}
