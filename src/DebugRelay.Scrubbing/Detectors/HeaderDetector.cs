using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// Values of HTTP headers whose name is not known to be harmless: in the lines behind a request or status line, and behind a line that ends with
/// "Headers:".
/// </summary>
internal sealed class HeaderDetector(NameList harmless) : Detector
{
    private const int LongestName = 64;
    private static readonly string[] Starts = ["HTTP/1", "HTTP/2", "HTTP/3", "Headers:"];
    private static readonly LiteralSearch Search = new(Starts, ignoreCase: true);

    public override Rule Rule => Rule.Header;

    public override Anchors Anchor => Anchors.Keyword;

    public override bool IsInLines => true;

    public override IEnumerable<string> Literals => Starts;

    public override Canary Canary => new("GET / HTTP/1.1\r\nHost: x\r\nX-Customer: canarybird\r\n\r\n", "canarybird");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while ((i = Search.Next(text, i)) >= 0)
        {
            i = FindLines(text, i, hits);
        }
    }

    /// <summary>From the next line on, as long as the lines are headers; a bracket may open the block, as .NET prints it.</summary>
    private int FindLines(ReadOnlySpan<char> text, int i, HitList hits)
    {
        var position = NextLine(text, i);
        for (var line = 0; position < text.Length; line++)
        {
            var end = text[position..].IndexOfAny('\r', '\n');
            end = end < 0 ? text.Length : position + end;
            var content = text[position..end];
            var isOpening = line == 0 && content.Trim() is "{" or "Headers:";
            if (!isOpening && !FindLine(content, position, harmless, hits))
            {
                return end;
            }

            position = NextLine(text, end);
        }

        return text.Length;
    }

    private static int NextLine(ReadOnlySpan<char> text, int i)
    {
        var end = text[i..].IndexOfAny('\r', '\n');
        return end < 0 ? text.Length : i + end + (text[(i + end)..].StartsWith("\r\n") ? 2 : 1);
    }

    /// <summary>Adds the value of a header that may hold something. Whether it is a header at all.</summary>
    internal static bool FindLine(ReadOnlySpan<char> line, int offset, NameList harmless, HitList hits)
    {
        var name = line.TrimStart(" \t");
        var start = line.Length - name.Length;
        var colon = name[..Math.Min(name.Length, LongestName)].IndexOf(':');
        if (colon <= 0 || name[..colon].ContainsAnyExcept(CharacterSets.HeaderName))
        {
            return false;
        }

        start = Characters.SkipBlank(line, start + colon + 1);
        var value = line[start..].TrimEnd();
        if (!harmless.Has(name[..colon]) && !HarmlessValues.Has(value) && !Placeholders.Is(value))
        {
            hits.Add(offset + start, value.Length, Rule.Header);
        }

        return true;
    }
}
