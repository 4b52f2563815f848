using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// Random-looking tokens behind a word that names one, however the two are joined: <c>box-key = 4Fa8…</c>, <c>acme SECRET 1b2c…</c>,
/// <c>acmeTOKEN-9f3e…</c>. Where the word alone says little, the value must say it: a name, a path or a number is none. A UUID is a secret
/// behind "secret", "token" and "private"; behind "key" it may name anything.
/// </summary>
internal sealed class NamedTokenDetector : Detector
{
    private const int MinLength = 16;
    private const int MaxLength = 256;
    private const int MaxJoin = 8;
    private const int MinLetters = 3;
    private const int MinDistinct = 8;
    private const int MinOneKind = 24;
    private const int UuidLength = 36;

    private static readonly string[] Words = ["key", "token", "secret", "access", "private"];
    private static readonly string[] NoSecrets = ["public", "cache", "partition", "routing", "primary", "foreign", "sort", "row"];
    private static readonly LiteralSearch Search = new(Words, ignoreCase: true);

    public override Rule Rule => Rule.GenericSecret;

    public override Anchors Anchor => Anchors.Keyword;

    public override IEnumerable<string> Literals => Words;

    public override Canary Canary => new("acme KEY 7c4a8d09ca3762af61e59520 used", "7c4a8d09ca3762af61e59520");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while ((i = Search.Next(text, i)) >= 0)
        {
            var word = WordEnd(text, i);
            var start = Join(text, word);
            if (start == word)
            {
                i = word;
                continue;
            }

            var end = TokenEnd(text, start);
            var saysSecret = text[i] is not ('k' or 'K' or 'a' or 'A');
            var isSecret = IsUuid(text[start..end]) ? saysSecret : LooksRandom(text[start..end], saysSecret);
            if (isSecret && !IsHarmless(text, i))
            {
                hits.Add(start, end - start, Rule);
                i = end;
            }
            else
            {
                i = word;
            }
        }
    }

    private static int WordEnd(ReadOnlySpan<char> text, int i)
    {
        foreach (var word in Words)
        {
            if (text[i..].StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return i + word.Length;
            }
        }

        return i + 1;
    }

    private static int Join(ReadOnlySpan<char> text, int i)
    {
        for (var left = MaxJoin; left > 0 && i < text.Length && CharacterSets.Join.Contains(text[i]); left--)
        {
            i++;
        }

        return i;
    }

    /// <summary><c>PublicKeyToken</c>, <c>cacheKey</c>: the word before says that it is no secret.</summary>
    private static bool IsHarmless(ReadOnlySpan<char> text, int word)
    {
        var before = text[Math.Max(0, word - Limits.KeyLength / 4)..word];
        foreach (var name in NoSecrets)
        {
            if (before.Contains(name, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }

    private static int TokenEnd(ReadOnlySpan<char> text, int start)
    {
        var end = start;
        while (end < text.Length && end - start < MaxLength && (Characters.IsBase64(text[end]) || text[end] is '.' or '~' || IsPadding(text[end..])))
        {
            end++;
        }

        return start + text[start..end].TrimEnd('.').Length;
    }

    /// <summary>An equals sign belongs to a token only at its end: before anything else it joins a key and a value.</summary>
    private static bool IsPadding(ReadOnlySpan<char> rest) =>
        rest[0] == '=' && rest[1..].TrimStart('=') is var next && (next.IsEmpty || !char.IsAsciiLetterOrDigit(next[0]));

    private static bool IsUuid(ReadOnlySpan<char> token) => token.Length == UuidLength && token[8] == '-' && token[23] == '-';

    private static bool LooksRandom(ReadOnlySpan<char> token, bool saysSecret)
    {
        if (token.Length < MinLength || token.ContainsAny('.', '~') || token.Count('/') > 2)
        {
            return false;
        }

        int digits = 0, letters = 0;
        foreach (var c in token)
        {
            digits += char.IsAsciiDigit(c) ? 1 : 0;
            letters += char.IsAsciiLetter(c) ? 1 : 0;
        }

        // Names have fewer changes of case than random letters; ids are shorter than secrets of digits.
        if (digits == 0 || letters == 0)
        {
            return digits == 0
                ? letters >= MinOneKind && CaseChanges(token) * 5 >= token.Length * 2
                : saysSecret && digits >= MinOneKind && digits == token.Length && Characters.Distinct(token) >= MinDistinct;
        }

        return letters >= MinLetters && digits * 10 >= token.Length && digits >= 2 && Characters.Distinct(token) >= MinDistinct;
    }

    private static int CaseChanges(ReadOnlySpan<char> token)
    {
        var changes = 0;
        for (var i = 1; i < token.Length; i++)
        {
            changes += char.IsAsciiLetterUpper(token[i]) != char.IsAsciiLetterUpper(token[i - 1]) ? 1 : 0;
        }

        return changes;
    }
}
