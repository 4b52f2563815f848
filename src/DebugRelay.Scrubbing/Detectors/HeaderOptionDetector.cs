using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Values of HTTP headers behind curl's -H, where the header's name is not known to be harmless.</summary>
internal sealed class HeaderOptionDetector(NameList harmless) : Detector
{
    private static readonly string[] Starts = ["-H '", "-H \"", "--header '", "--header \"", "--header="];
    private static readonly LiteralSearch Search = new(Starts, ignoreCase: true);

    public override Rule Rule => Rule.Header;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => Starts;

    public override Canary Canary => new("curl -H 'X-Customer: canarybird' https://localhost/", "canarybird");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while ((i = Search.Next(text, i)) >= 0)
        {
            i = FindValue(text, i, hits);
        }
    }

    private int FindValue(ReadOnlySpan<char> text, int option, HitList hits)
    {
        var start = option + text[option..].IndexOfAny(" =") + 1;
        var quote = text[start] is '"' or '\'' ? text[start] : ' ';
        start += quote == ' ' ? 0 : 1;
        var length = text[start..].IndexOfAny(quote, '\r', '\n');
        var line = length < 0 ? text[start..] : text.Slice(start, length);
        HeaderDetector.FindLine(line, start, harmless, hits);
        return start + line.Length;
    }
}
