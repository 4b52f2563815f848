using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>AWS access key ids: a four-letter prefix and sixteen capital letters or digits, standing alone.</summary>
internal sealed class AwsAccessKeyIdDetector : Detector
{
    private const int BodyLength = 16;
    private static readonly string[] Prefixes = ["AKIA", "ASIA", "ABIA", "ACCA"];

    public override Rule Rule => Rule.AwsAccessKeyId;

    public override Anchors Anchor => Anchors.RareLiteral;

    public override bool IsInNames => true;

    public override IEnumerable<string> Literals => Prefixes;

    public override Canary Canary => new("key AKI" + "ACANARYCANARY2345 used", "ACANARYCANARY2345");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        foreach (var prefix in Prefixes)
        {
            var i = 0;
            while (text[i..].IndexOf(prefix) is var next and >= 0)
            {
                i += next;
                if (IsKeyId(text, i))
                {
                    hits.Add(i, prefix.Length + BodyLength, Rule);
                }

                i += prefix.Length;
            }
        }
    }

    private static bool IsKeyId(ReadOnlySpan<char> text, int start)
    {
        var end = start + 4 + BodyLength;
        return end <= text.Length
            && (start == 0 || !IsBody(text[start - 1]))
            && (end == text.Length || !IsBody(text[end]))
            && !text[(start + 4)..end].ContainsAnyExcept(CharacterSets.CapitalsAndDigits);
    }

    private static bool IsBody(char c) => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c);
}
