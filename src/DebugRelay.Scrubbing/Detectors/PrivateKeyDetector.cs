using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// Private keys as PEM, PuTTY or XML. What has no end is masked to the end of the text; an end without a beginning from the start of it.
/// </summary>
internal sealed class PrivateKeyDetector : Detector
{
    private const string Begin = "-----BEGIN ";
    private const string End = "-----END ";
    private const string Putty = "PuTTY-User-Key-File-";
    private const string Xml = "<RSAKeyValue>";
    private const int LabelLength = 64;

    public override Rule Rule => Rule.PrivateKey;

    public override Anchors Anchor => Anchors.RareLiteral;

    public override bool IsInNames => true;

    public override IEnumerable<string> Literals => [Begin, End, Putty, Xml];

    public override Canary Canary => new(Begin + "PRIVATE" + " KEY-----\nQ2FuYXJ5\n" + End + "PRIVATE" + " KEY-----\n", "Q2FuYXJ5");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        FindPem(text, hits);
        FindBlock(text, Putty, "Private-MAC:", hits);
        FindBlock(text, Xml, "</RSAKeyValue>", hits);
    }

    private void FindPem(ReadOnlySpan<char> text, HitList hits)
    {
        int i = 0, begin = 0, end = 0;
        while (i < text.Length)
        {
            // Looked for anew only when passed: a field full of labels stays linear.
            begin = begin >= 0 && begin <= i ? Label(text, i, Begin) : begin;
            end = end >= 0 && end <= i ? Label(text, i, End) : end;
            if (begin < 0 && end < 0)
            {
                return;
            }

            var start = begin >= 0 && (begin < end || end < 0) ? begin : i;
            var stop = end < 0 ? text.Length : LineEnd(text, end + End.Length);
            hits.Add(start, stop - start, Rule);
            i = stop;
        }
    }

    /// <summary>The next label line of this kind that names a private key; -1 if there is none.</summary>
    private static int Label(ReadOnlySpan<char> text, int from, string kind)
    {
        while (text[from..].IndexOf(kind) is var next and >= 0)
        {
            var at = from + next;
            var label = text[(at + kind.Length)..Math.Min(text.Length, at + kind.Length + LabelLength)];
            var dashes = label.IndexOf("-----");
            label = dashes < 0 ? label : label[..dashes];
            if (label.Contains("PRIVATE", StringComparison.Ordinal))
            {
                return at;
            }

            from = at + kind.Length;
        }

        return -1;
    }

    private static int LineEnd(ReadOnlySpan<char> text, int from)
    {
        var dashes = text[from..].IndexOf("-----");
        return dashes < 0 ? text.Length : from + dashes + 5;
    }

    private void FindBlock(ReadOnlySpan<char> text, string begin, string end, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf(begin) is var next and >= 0)
        {
            var start = i + next;
            var length = text[start..].IndexOf(end);
            var stop = length < 0 ? text.Length : EndOfValue(text, start + length + end.Length);
            hits.Add(start, stop - start, Rule);
            i = stop;
        }
    }

    private static int EndOfValue(ReadOnlySpan<char> text, int from)
    {
        var length = text[from..].IndexOfAny('\r', '\n');
        return text[from - 1] == '>' ? from : length < 0 ? text.Length : from + length;
    }
}
