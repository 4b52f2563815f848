using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// IPv4 addresses. Versions have the same form: what follows "version", a product's name and a slash, or a letter is none, nor is what goes on like
/// a version. Loopback, "any" and masks say nothing about a host and stay.
/// </summary>
internal sealed class Ipv4Detector : Detector
{
    private const int Longest = 15;
    private const int WordReach = 24;

    private static readonly string[] VersionWords = ["version", "ver", "v", "release", "build", "revision", "runtime", "assembly", "package", "nuget"];

    public override Rule Rule => Rule.Ipv4;

    public override Anchors Anchor => Anchors.Dotted;

    public override Canary Canary => new("from 203.0.113.77 at noon", "203.0.113.77");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf('.') is var next and >= 0)
        {
            var dot = i + next;
            var start = dot;
            while (start > i && dot - start < 4 && char.IsAsciiDigit(text[start - 1]))
            {
                start--;
            }

            var end = Parse(text[start..Math.Min(text.Length, start + Longest)], out var address) is > 0 and var length ? start + length : 0;
            if (end > 0 && IsAlone(text, start, end) && !IsHarmless(address) && !IsVersion(text, start, end))
            {
                hits.Add(start, end - start, Rule);
            }

            i = Math.Max(end, dot + 1);
        }
    }

    /// <summary>Length of the dotted quad at the start of the text, 0 if there is none.</summary>
    internal static int Parse(ReadOnlySpan<char> text, out uint address)
    {
        address = 0;
        var i = 0;
        for (var part = 0; part < 4; part++)
        {
            var value = 0;
            var start = i;
            while (i < text.Length && i - start < 3 && char.IsAsciiDigit(text[i]))
            {
                value = (value * 10) + text[i++] - '0';
            }

            if (i == start || value > 255 || (part < 3 && (i == text.Length || text[i++] != '.')))
            {
                return 0;
            }

            address = (address << 8) | (uint)value;
        }

        return i;
    }

    private static bool IsAlone(ReadOnlySpan<char> text, int start, int end)
    {
        var before = start > 0 ? text[start - 1] : ' ';
        var after = end < text.Length ? text[end] : ' ';
        var next = end + 1 < text.Length ? text[end + 1] : ' ';
        return !(char.IsLetterOrDigit(before) || before is '.' or '_' or '+')
            && !(before == '-' && start > 1 && char.IsLetterOrDigit(text[start - 2]))
            && !(char.IsLetterOrDigit(after) || after == '_')
            && !(after is '.' or '+' && char.IsLetterOrDigit(next))
            && !(after == '-' && char.IsLetter(next));
    }

    /// <summary>Loopback, 0.0.0.0, masks, and what names a network of whole octets: 10.0.0.0 is a version or a range, and no host.</summary>
    private static bool IsHarmless(uint address) => address >> 24 is 127 or 0 or 255 || (address & 0xffff) == 0;

    private static bool IsVersion(ReadOnlySpan<char> text, int start, int end)
    {
        // Chrome/120.0.6099.71, but not host/10.1.2.3:8080 as Java prints it, nor http://10.1.2.3.
        if (start > 1 && text[start - 1] == '/' && char.IsLetterOrDigit(text[start - 2]))
        {
            return end == text.Length || text[end] != ':';
        }

        var before = text[Math.Max(0, start - WordReach)..start].TrimEnd(" \t=:\"'([");
        var word = before.Length;
        while (word > 0 && char.IsAsciiLetter(before[word - 1]))
        {
            word--;
        }

        foreach (var name in VersionWords)
        {
            if (before[word..].EndsWith(name, StringComparison.OrdinalIgnoreCase) && (name.Length > 3 || before.Length - word == name.Length))
            {
                return true;
            }
        }

        return false;
    }
}
