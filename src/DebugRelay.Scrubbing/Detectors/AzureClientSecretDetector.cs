using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Client secrets of Microsoft Entra ID: three characters, a digit, <c>Q~</c>, and 31 to 34 more.</summary>
internal sealed class AzureClientSecretDetector : Detector
{
    private const string Mark = "Q~";
    private const int Before = 4;
    private const int MinAfter = 31;
    private const int MaxAfter = 34;
    private const int MinDistinct = 6;

    public override Rule Rule => Rule.AzureClientSecret;

    public override Anchors Anchor => Anchors.RareLiteral;

    public override bool IsInNames => true;

    public override IEnumerable<string> Literals => Enumerable.Range(0, 10).Select(digit => $"{digit}{Mark}");

    public override Canary Canary => new("with can8" + "Q~CanaryCanaryCanaryCanaryCanary012 in it", "CanaryCanaryCanaryCanaryCanary012");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf(Mark) is var next and >= 0)
        {
            var mark = i + next;
            i = mark + Mark.Length;
            var end = i;
            while (end < text.Length && end - i <= MaxAfter && IsBody(text[end]))
            {
                end++;
            }

            var length = end - i > MaxAfter ? 0 : text[i..end].TrimEnd('.').Length;
            if (length >= MinAfter && Characters.Distinct(text[i..end]) >= MinDistinct && IsStart(text, mark - Before, mark))
            {
                hits.Add(mark - Before, Before + Mark.Length + length, Rule);
                i += length;
            }
        }
    }

    private static bool IsStart(ReadOnlySpan<char> text, int start, int mark) =>
        start >= 0 && char.IsAsciiDigit(text[mark - 1]) && IsBody(text[start]) && IsBody(text[start + 1]) && IsBody(text[start + 2])
        && (start == 0 || !char.IsAsciiLetterOrDigit(text[start - 1]));

    private static bool IsBody(char c) => char.IsAsciiLetterOrDigit(c) || c is '_' or '~' or '.' or '-';
}
