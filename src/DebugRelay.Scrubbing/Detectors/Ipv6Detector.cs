using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// IPv6 addresses: eight groups, or a "::" behind a first group of four digits, as all addresses in use have one. So <c>std::vector</c>,
/// <c>add::bad</c> and times of day are none. Loopback and "any" stay.
/// </summary>
internal sealed class Ipv6Detector : Detector
{
    private const int Groups = 8;
    private const int GroupLength = 4;
    private const int Longest = 45;

    public override Rule Rule => Rule.Ipv6;

    public override Anchors Anchor => Anchors.Colons;

    public override Canary Canary => new("from [2001:db8:85a3::8a2e:370:7334]:443", "2001:db8:85a3::8a2e:370:7334");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf(':') is var next and >= 0)
        {
            var colon = i + next;
            var start = colon;
            while (start > i && colon - start <= GroupLength && char.IsAsciiHexDigit(text[start - 1]))
            {
                start--;
            }

            var end = start + LengthAt(text[start..Math.Min(text.Length, start + Longest)]);
            if (end > start && IsAlone(text, start, end))
            {
                hits.Add(start, end - start, Rule);
            }

            i = Math.Max(end, colon + 1);

            // What goes on with colons from here is no address, wherever one begins in it.
            while (end <= colon && i < text.Length && text[i] == ':')
            {
                i++;
            }
        }
    }

    private static bool IsAlone(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !(char.IsLetterOrDigit(text[start - 1]) || text[start - 1] is ':' or '.' or '_'))
        && (end == text.Length || !(char.IsLetterOrDigit(text[end]) || text[end] is '_' || (text[end] == ':' && end + 1 < text.Length && text[end + 1] == ':')));

    /// <summary>Length of the address at the start of the text; 0 if there is none, or none that says something.</summary>
    private static int LengthAt(ReadOnlySpan<char> text)
    {
        int i = 0, groups = 0, gap = -1, first = 0, digits = 0, longest = 0;
        while (i < text.Length && groups < Groups)
        {
            var start = i;
            while (i < text.Length && i - start <= GroupLength && char.IsAsciiHexDigit(text[i]))
            {
                digits += char.IsAsciiDigit(text[i]) ? 1 : 0;
                i++;
            }

            if (i - start > GroupLength)
            {
                return 0;
            }

            // A dotted quad stands for the last two groups.
            if (i > start && i < text.Length && text[i] == '.' && groups is > 0 and <= 6 && Ipv4Detector.Parse(text[start..], out var address) is > 0 and var quad)
            {
                return gap >= 0 || groups == 6 ? MappedLength(start + quad, address) : 0;
            }

            groups += i > start ? 1 : 0;
            longest = Math.Max(longest, i - start);
            first = start == 0 ? i : first;
            if (i + 1 < text.Length && text[i] == ':' && text[i + 1] == ':' && gap < 0)
            {
                gap = groups;
                i += 2;
            }
            else if (i + 1 < text.Length && text[i] == ':' && char.IsAsciiHexDigit(text[i + 1]) && groups < Groups && i > start)
            {
                i++;
            }
            else
            {
                break;
            }
        }

        return IsAddress(groups, gap, first, digits, longest) ? i : 0;
    }

    private static int MappedLength(int length, uint address) => address >> 24 is 127 or 0 ? 0 : length;

    /// <summary>Without a gap there are eight groups; a gap alone may be C++.</summary>
    private static bool IsAddress(int groups, int gap, int first, int digits, int longest) =>
        gap < 0 ? groups == Groups && digits > 0 && longest > 2 : groups < Groups && first == GroupLength && (digits > 0 || groups > 2);
}
