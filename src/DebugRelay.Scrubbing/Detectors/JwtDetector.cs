using System.Buffers;
using System.Buffers.Text;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// JSON web tokens: three parts (five when encrypted), and a header that decodes to JSON with an algorithm. A cut token counts as well.
/// </summary>
internal sealed class JwtDetector : Detector
{
    private const string Start = "eyJ";
    private const int MaxParts = 5;

    public override Rule Rule => Rule.Jwt;

    public override Anchors Anchor => Anchors.RareLiteral;

    public override bool IsInNames => true;

    public override IEnumerable<string> Literals => [Start];

    public override Canary Canary => new(
        "got eyJ" + "hbGciOiJub25lIn0.eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5 back",
        "eyJzdWIiOiJjYW5hcnkifQ.Y2FuYXJ5");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        var headerEnd = 0;
        while (text[i..].IndexOf(Start) is var next and >= 0)
        {
            i += next;
            headerEnd = headerEnd > i ? headerEnd : Characters.SkipBase64Url(text, i);
            if (headerEnd + 1 >= text.Length || text[headerEnd] != '.' || !Characters.IsBase64Url(text[headerEnd + 1]))
            {
                i = headerEnd;
            }
            else if (!IsHeader(text[i..headerEnd]))
            {
                i += Start.Length;
            }
            else
            {
                var end = TokenEnd(text, headerEnd);
                hits.Add(i, end - i, Rule);
                i = end;
            }
        }
    }

    private static bool IsHeader(ReadOnlySpan<char> header)
    {
        header = header[..Math.Min(header.Length, Limits.JwtHeader)];
        Span<byte> json = stackalloc byte[Limits.JwtHeader];
        var usable = header[..(header.Length - (header.Length % 4 == 1 ? 1 : 0))];
        return Base64Url.DecodeFromChars(usable, json, out _, out var written) == OperationStatus.Done
            && (json[..written].IndexOf("\"alg\""u8) >= 0 || json[..written].IndexOf("\"enc\""u8) >= 0);
    }

    private static int TokenEnd(ReadOnlySpan<char> text, int end)
    {
        for (var part = 1; part < MaxParts && end < text.Length && text[end] == '.'; part++)
        {
            end = Characters.SkipBase64Url(text, end + 1);
        }

        return end;
    }
}
