using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>AWS secret keys: 40 base64 characters, standing alone, within a few words of "aws" or an access key id. SHA-1 sums are not.</summary>
internal sealed class AwsSecretKeyDetector : Detector
{
    private const int Length = 40;
    private const int Reach = 64;
    private static readonly string[] Words = ["aws", "AKIA", "ASIA"];

    public override Rule Rule => Rule.AwsSecretKey;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => Words;

    public override Canary Canary => new("aws canary CanaryBird/CanaryBird+CanaryBird/0123456 in use", "CanaryBird/CanaryBird+CanaryBird/0123456");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        var done = 0;
        while (NextWord(text, i) is var word and >= 0)
        {
            // Windows of near words overlap: no character is looked at twice.
            done = FindRuns(text, Math.Max(done, word - Reach), Math.Min(text.Length, word + Reach), hits);
            i = word + 3;
        }
    }

    private static int NextWord(ReadOnlySpan<char> text, int from)
    {
        var best = -1;
        foreach (var word in Words)
        {
            var to = best < 0 ? text.Length : Math.Min(text.Length, best + word.Length);
            var next = text[from..to].IndexOf(word, StringComparison.OrdinalIgnoreCase);
            best = next < 0 ? best : from + next;
        }

        return best;
    }

    private int FindRuns(ReadOnlySpan<char> text, int from, int to, HitList hits)
    {
        var i = from;
        while (i > 0 && i < text.Length && IsBody(text[i - 1]) && IsBody(text[i]))
        {
            i++;
        }

        while (i < to)
        {
            var end = i;
            while (end < text.Length && IsBody(text[end]))
            {
                end++;
            }

            if (end - i == Length && LooksRandom(text[i..end]))
            {
                hits.Add(i, Length, Rule);
            }

            i = end + 1;
        }

        return Math.Max(i, from);
    }

    private static bool IsBody(char c) => char.IsAsciiLetterOrDigit(c) || c is '+' or '/';

    private static bool LooksRandom(ReadOnlySpan<char> run) =>
        run.ContainsAnyInRange('A', 'Z') && run.ContainsAnyInRange('a', 'z') && run.ContainsAnyExcept(CharacterSets.HexDigits);
}
