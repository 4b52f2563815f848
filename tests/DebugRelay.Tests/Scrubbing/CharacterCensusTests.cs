using DebugRelay.Scrubbing.Detectors;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

/// <summary>The census against the same questions asked character by character.</summary>
public class CharacterCensusTests
{
    private const string Alphabet = "aFz09.-:/@%\\+?=_ \u00e9\uff11GB\r\n";

    [Fact]
    public void It_sees_what_a_walk_over_the_characters_sees()
    {
        var random = new Random(20261125);
        for (var round = 0; round < 20_000; round++)
        {
            // Few different characters, so that rows of them come about; lengths around the borders of blocks.
            var few = random.GetItems<char>(Alphabet, random.Next(1, 6));
            var text = new string(random.GetItems<char>(few, random.Next(0, 140)));
            var census = CharacterCensus.Take(text);

            Assert.Equal(
                (Kinds(text), text.Count(char.IsAsciiDigit), text.Count(c => c == ':'), text.Contains("::", StringComparison.Ordinal)),
                (census.Kinds, census.Digits, census.Colons, census.HasGap));
            Assert.Equal(
                (InQuads(text), Between(text, '-', char.IsAsciiHexDigit), Between(text, ':', char.IsAsciiHexDigit), BetweenPairs(text)),
                (census.DotsInQuads, census.DashesInHex, census.ColonsInHex, census.DotsInHex));
            Assert.Equal((HasAccount(text), text.Contains("://", StringComparison.Ordinal), HasRun(text)), (census.HasAccount, census.HasScheme, census.HasBase64));
        }
    }

    private static CharacterKinds Kinds(string text) => text.Aggregate(CharacterKinds.None, (kinds, c) => kinds | c switch
    {
        '@' => CharacterKinds.At,
        '\n' or '\r' => CharacterKinds.LineEnd,
        '%' => CharacterKinds.Percent,
        '\\' => CharacterKinds.Backslash,
        '+' => CharacterKinds.Plus,
        '?' => CharacterKinds.Question,
        '=' => CharacterKinds.Equals,
        >= (char)128 => CharacterKinds.NotAscii,
        _ => CharacterKinds.None,
    });

    private static int Between(string text, char sign, Func<char, bool> on) =>
        Enumerable.Range(0, text.Length).Count(i => text[i] == sign && i > 0 && i + 1 < text.Length && on(text[i - 1]) && on(text[i + 1]));

    private static int InQuads(string text)
    {
        bool IsPoint(int i) => i > 0 && i + 1 < text.Length && text[i] == '.' && char.IsAsciiDigit(text[i - 1]) && char.IsAsciiDigit(text[i + 1]);
        return Enumerable.Range(0, text.Length).Count(i => IsPoint(i) && (IsPoint(i - 2) || IsPoint(i - 3) || IsPoint(i - 4)));
    }

    private static int BetweenPairs(string text) =>
        Enumerable.Range(0, text.Length).Count(i => text[i] == '.' && i > 1 && i + 2 < text.Length
            && new[] { text[i - 2], text[i - 1], text[i + 1], text[i + 2] }.All(char.IsAsciiHexDigit));

    private static bool HasAccount(string text) =>
        Enumerable.Range(0, Math.Max(0, text.Length - 3)).Any(i => char.IsAsciiLetter(text[i]) && char.IsAsciiLetter(text[i + 1])
            && char.IsAsciiDigit(text[i + 2]) && char.IsAsciiDigit(text[i + 3]) && (i == 0 || !char.IsAsciiLetterOrDigit(text[i - 1])));

    private static bool HasRun(string text)
    {
        var (run, most) = (0, 0);
        foreach (var c in text)
        {
            run = char.IsAsciiLetterOrDigit(c) || c is '+' or '/' or '-' or '_' ? run + 1 : 0;
            most = Math.Max(most, run);
        }

        return most >= DebugRelay.Scrubbing.Limits.Base64Run;
    }
}
