using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary><c>Bearer TOKEN</c> in headers and text. The token must look like one: prose goes on with a word.</summary>
internal sealed class BearerDetector : Detector
{
    private const string Scheme = "bearer";
    private const int MinLength = 8;

    public override Rule Rule => Rule.Bearer;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => [Scheme];

    public override Canary Canary => new("sent Bearer canary-0123456789abcdef to it", "canary-0123456789abcdef");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf(Scheme, StringComparison.OrdinalIgnoreCase) is var next and >= 0)
        {
            i += next + Scheme.Length;
            var start = TokenStart(text, i);
            if (start == i)
            {
                continue;
            }

            var end = TokenEnd(text, start);
            if (LooksLikeToken(text[start..end]))
            {
                hits.Add(start, end - start, Rule);
            }

            i = Math.Max(i, end);
        }
    }

    private static int TokenStart(ReadOnlySpan<char> text, int i)
    {
        var start = i < text.Length && text[i] is ':' or '=' ? i + 1 : i;
        start = Characters.SkipBlank(text, start);
        return start < text.Length && start > i && text[start] is '"' or '\'' ? start + 1 : start;
    }

    private static int TokenEnd(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length && (Characters.IsBase64(text[i]) || text[i] is '.' or '~' or '=' or '|' or ':'))
        {
            i++;
        }

        while (i > 0 && text[i - 1] is '.' or ':' && i > 1)
        {
            i--;
        }

        return i;
    }

    private static bool LooksLikeToken(ReadOnlySpan<char> token)
    {
        if (token.Length < MinLength)
        {
            return false;
        }

        return token.ContainsAny(CharacterSets.Digits)
            || (token.Length >= 16 && !token[1..].ContainsAnyExcept(CharacterSets.Letters) && HasCapitalInside(token));
    }

    private static bool HasCapitalInside(ReadOnlySpan<char> token) =>
        token[1..].ContainsAnyInRange('A', 'Z') && token.ContainsAnyInRange('a', 'z');
}
