using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Hardware addresses: six pairs of hexadecimal digits with colons or dashes, or three groups of four with dots. Longer rows are fingerprints.</summary>
internal sealed class MacDetector : Detector
{
    private const int PairsLength = 17;
    private const int QuadsLength = 14;

    public override Rule Rule => Rule.Mac;

    public override Anchors Anchor => Anchors.Pairs;

    public override Canary Canary => new("card 00:1b:44:11:3a:b7 up", "00:1b:44:11:3a:b7");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOfAny(':', '-', '.') is var next and >= 0)
        {
            var sign = i + next;
            var length = LengthAt(text, sign);
            if (length > 0)
            {
                hits.Add(sign - (length == PairsLength ? 2 : 4), length, Rule);
            }

            i = length > 0 ? sign + length - 4 : sign + 1;
        }
    }

    private static int LengthAt(ReadOnlySpan<char> text, int sign)
    {
        var (group, length) = text[sign] == '.' ? (4, QuadsLength) : (2, PairsLength);
        var start = sign - group;
        if (start < 0 || start + length > text.Length || !Fits(text.Slice(start, length), group, text[sign]))
        {
            return 0;
        }

        var address = text.Slice(start, length);
        return IsFree(text, start - 1, -1, text[sign]) && IsFree(text, start + length, 1, text[sign]) && IsSomething(address) ? length : 0;
    }

    private static bool Fits(ReadOnlySpan<char> address, int group, char separator)
    {
        for (var i = 0; i < address.Length; i++)
        {
            var isSeparator = i % (group + 1) == group;
            if (isSeparator ? address[i] != separator : !char.IsAsciiHexDigit(address[i]))
            {
                return false;
            }
        }

        return true;
    }

    private static bool IsFree(ReadOnlySpan<char> text, int i, int step, char separator) =>
        i < 0 || i >= text.Length || !(char.IsLetterOrDigit(text[i]) || text[i] == '_'
            || (text[i] == separator && i + step >= 0 && i + step < text.Length && char.IsAsciiHexDigit(text[i + step])));

    /// <summary>Nothing but zeros or ones is no card; four digits in three groups may be a number, and need a letter.</summary>
    private static bool IsSomething(ReadOnlySpan<char> address) =>
        address.ContainsAnyExcept(CharacterSets.ZerosOfAddress) && address.ContainsAnyExcept(CharacterSets.OnesOfAddress)
        && (address.Length == PairsLength || address.ContainsAnyExcept(CharacterSets.DigitsAndDots));
}
