using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Tokens whose maker's mark lies inside them or at their end: keys of Azure's services, of MailChimp, of New Relic, of Salesforce.</summary>
internal sealed class MarkedTokenDetector : Detector
{
    private const int Longest = 256;
    private static readonly Marked[] All =
    [
        new("AZDO", TokenBody.Word, 76, 4, 4), new("+ASt", TokenBody.Base64, 76, 6, 8), new("AzCa", TokenBody.Base64, 34, 4, 6),
        new("AzSe", TokenBody.Word, 42, 6, 6), new("AzFu", TokenBody.Base64, 44, 6, 8), new("ACDb", TokenBody.Base64, 76, 6, 8),
        new("AIoT", TokenBody.Base64, 33, 5, 7), new("+AEh", TokenBody.Base64, 33, 5, 7), new("+ASb", TokenBody.Base64, 33, 5, 7),
        new("+ACR", TokenBody.Base64, 42, 6, 6), new("ACOG", TokenBody.Word, 76, 4, 4), new("NRAL", TokenBody.Hex, 36, 0, 0),
        new("_mmk", TokenBody.Url, 36, 0, 0), new("-us1", TokenBody.Hex, 32, 0, 1), new("-us2", TokenBody.Hex, 32, 0, 1),
        new("-us3", TokenBody.Hex, 32, 0, 1), new("-us4", TokenBody.Hex, 32, 0, 1), new("-us5", TokenBody.Hex, 32, 0, 1),
        new("-us6", TokenBody.Hex, 32, 0, 1), new("-us7", TokenBody.Hex, 32, 0, 1), new("-us8", TokenBody.Hex, 32, 0, 1),
        new("-us9", TokenBody.Hex, 32, 0, 1), new("LE!", TokenBody.Word, 13, 80, 200), new("ecQ!", TokenBody.Word, 12, 80, 200),
    ];

    private static readonly LiteralSearch Search = new(All.Select(m => m.Mark), ignoreCase: false);

    public override Rule Rule => Rule.VendorToken;

    public override Anchors Anchor => Anchors.RareLiteral;

    public override IEnumerable<string> Literals => All.Select(m => m.Mark);

    public override Canary Canary => new("key 0123456789abcdef0123456789abcdefcafe" + "NRAL of it", "0123456789abcdef0123456789abcdefcafe");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while ((i = Search.Next(text, i)) >= 0)
        {
            foreach (var marked in All)
            {
                var end = text[i..].StartsWith(marked.Mark) ? EndOf(text, i, marked) : 0;
                if (end > 0)
                {
                    hits.Add(i - marked.Before, end - i + marked.Before, Rule);
                }
            }

            i++;
        }
    }

    private static int EndOf(ReadOnlySpan<char> text, int mark, Marked marked)
    {
        var start = mark - marked.Before;
        if (start < 0 || (start > 0 && VendorTokenDetector.IsBody(text[start - 1], TokenBody.Word)))
        {
            return 0;
        }

        for (var i = start; i < mark; i++)
        {
            if (!VendorTokenDetector.IsBody(text[i], marked.Body))
            {
                return 0;
            }
        }

        var end = mark + marked.Mark.Length;
        var first = end;
        while (end < text.Length && end - first <= Math.Min(Longest, marked.MaxAfter) && (VendorTokenDetector.IsBody(text[end], marked.Body) || text[end] is '.' or '_' or '='))
        {
            end++;
        }

        var after = end - first;
        return after >= marked.MinAfter && after <= marked.MaxAfter && Characters.Distinct(text[start..mark]) > 4 ? end : 0;
    }

    private readonly record struct Marked(string Mark, TokenBody Body, int Before, int MinAfter, int MaxAfter);
}
