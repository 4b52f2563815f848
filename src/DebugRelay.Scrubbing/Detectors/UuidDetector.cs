using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>UUIDs in their usual form. Off by default: they tie events together, and seldom name a person.</summary>
internal sealed class UuidDetector : Detector
{
    private const int Length = 36;

    public override Rule Rule => Rule.Uuid;

    public override Anchors Anchor => Anchors.Pairs;

    public override Canary Canary => new("id 0b1d7f5e-37c4-4c9f-9a2e-5d6a1f0c2b3d done", "0b1d7f5e-37c4-4c9f-9a2e-5d6a1f0c2b3d");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf('-') is var next and >= 0)
        {
            var start = i + next - 8;
            var isUuid = start >= 0 && start + Length <= text.Length && Guid.TryParseExact(text.Slice(start, Length), "D", out _)
                && (start == 0 || !char.IsAsciiHexDigit(text[start - 1])) && (start + Length == text.Length || !char.IsAsciiHexDigit(text[start + Length]));
            if (isUuid)
            {
                hits.Add(start, Length, Rule);
            }

            i = isUuid ? start + Length : i + next + 1;
        }
    }
}
