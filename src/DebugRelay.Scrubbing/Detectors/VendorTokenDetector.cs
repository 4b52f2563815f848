using System.Collections.Frozen;
using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Tokens that their makers mark with a prefix: <c>ghp_…</c>, <c>xoxb-…</c>, <c>sk_live_…</c>.</summary>
internal sealed class VendorTokenDetector : Detector
{
    private const int MostFillingCharacters = 2;
    private const int ShortestIdentifier = 16;

    private static readonly LiteralSearch Prefixes = new(SearchedPrefixes, ignoreCase: false);

    private static readonly FrozenDictionary<char, VendorToken[]> ByFirstCharacter =
        VendorTokens.All.GroupBy(t => t.Prefix[0]).ToFrozenDictionary(g => g.Key, g => g.OrderByDescending(t => t.Prefix.Length).ToArray());

    public override Rule Rule => Rule.VendorToken;

    public override Anchors Anchor => Anchors.RareLiteral;

    public override bool IsInNames => true;

    public override IEnumerable<string> Literals => SearchedPrefixes;

    public override Canary Canary => new("with ghp" + "_CanaryCanaryCanaryCanaryCanaryCanary01 in it", "CanaryCanaryCanaryCanaryCanaryCanary01");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while ((i = Prefixes.Next(text, i)) >= 0)
        {
            var end = EndAt(text, i);
            if (end > 0)
            {
                hits.Add(i, end - i, Rule);
            }

            i = end > 0 ? end : i + 1;
        }
    }

    /// <summary>A prefix of two characters is too short to search for: it is searched with each digit that may follow it.</summary>
    private static IEnumerable<string> SearchedPrefixes =>
        VendorTokens.All.SelectMany(t => t.Prefix.Length > 2 ? [t.Prefix] : "0123456789abcdef".Select(digit => t.Prefix + digit));

    /// <summary>The end of the token that begins here, or 0.</summary>
    private static int EndAt(ReadOnlySpan<char> text, int start)
    {
        foreach (var token in ByFirstCharacter[text[start]])
        {
            if (!text[start..].StartsWith(token.Prefix) || (token.Alone && start > 0 && char.IsAsciiLetterOrDigit(text[start - 1])))
            {
                continue;
            }

            var body = start + token.Prefix.Length;
            var end = BodyEnd(text, body, token.Body, token.Exact ? token.MinLength + 1 : int.MaxValue);
            if ((token.Exact ? end - body == token.MinLength : end - body >= token.MinLength) && !IsFilling(text[body..end]))
            {
                return end;
            }
        }

        return 0;
    }

    /// <summary><c>ghp_xxxxxxxx</c> in a document, <c>hf_requiredCharacteristicTypes</c> in code.</summary>
    private static bool IsFilling(ReadOnlySpan<char> body) => Characters.Distinct(body) <= MostFillingCharacters || IsIdentifier(body);

    /// <summary>Without a digit, and with as few changes between capital and small letters as words have.</summary>
    private static bool IsIdentifier(ReadOnlySpan<char> body)
    {
        if (body.Length < ShortestIdentifier || body.ContainsAny(CharacterSets.Digits))
        {
            return false;
        }

        var changes = 0;
        for (var i = 1; i < body.Length; i++)
        {
            changes += char.IsAsciiLetterUpper(body[i]) != char.IsAsciiLetterUpper(body[i - 1]) ? 1 : 0;
        }

        return changes * 10 < body.Length * 3;
    }

    private static int BodyEnd(ReadOnlySpan<char> text, int start, TokenBody body, int most)
    {
        var i = start;
        while (i < text.Length && i - start < most && IsBody(text[i], body))
        {
            i++;
        }

        return i;
    }

    internal static bool IsBody(char c, TokenBody body) => body switch
    {
        TokenBody.Url => Characters.IsBase64Url(c),
        TokenBody.Dotted => Characters.IsBase64Url(c) || c == '.',
        TokenBody.Word => char.IsAsciiLetterOrDigit(c),
        TokenBody.Hex => char.IsAsciiHexDigit(c),
        TokenBody.Base64 => Characters.IsBase64(c) || c == '=',
        TokenBody.Upper => char.IsAsciiLetterUpper(c) || char.IsAsciiDigit(c),
        _ => false,
    };
}
