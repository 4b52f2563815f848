using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>Phone numbers in the international form only: a plus sign, a country's code, 8 to 15 digits in all, with single separators.</summary>
internal sealed class PhoneDetector : Detector
{
    private const int MinDigits = 8;
    private const int MaxDigits = 15;

    /// <summary>Country codes of one and two digits (E.164); all others have three and begin with one of <see cref="ThreeDigitStarts"/>.</summary>
    private const string ShortCodes =
        " 1 7 20 27 30 31 32 33 34 36 39 40 41 43 44 45 46 47 48 49 51 52 53 54 55 56 57 58 60 61 62 63 64 65 66 81 82 84 86 90 91 92 93 94 95 98 ";

    private const string ThreeDigitStarts = " 21 22 23 24 25 26 29 35 37 38 42 50 59 67 68 69 80 85 87 88 96 97 99 ";

    public override Rule Rule => Rule.Phone;

    public override Anchors Anchor => Anchors.Plus;

    public override Canary Canary => new("call +44 20 7946 0958 now", "20 7946 0958");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (text[i..].IndexOf('+') is var next and >= 0)
        {
            var plus = i + next;
            var end = End(text, plus + 1);
            if (end > 0 && IsFree(text, plus, end))
            {
                hits.Add(plus, end - plus, Rule);
            }

            i = Math.Max(end, plus + 1);
        }
    }

    private static bool IsFree(ReadOnlySpan<char> text, int plus, int end) =>
        (plus == 0 || !(char.IsLetterOrDigit(text[plus - 1]) || text[plus - 1] is '.' or '/' or '+' or '=' or ')' or ']' or '_' or '-')
            || (text[plus - 1] == '=' && plus > 1 && char.IsLetter(text[plus - 2])))
        && (end == text.Length || !(char.IsLetterOrDigit(text[end]) || text[end] is '_' or '/' or '+' or '=' || (text[end] is '.' or ':' && end + 1 < text.Length && char.IsLetterOrDigit(text[end + 1]))));

    /// <summary>The end of the number whose country code begins here, or 0.</summary>
    private static int End(ReadOnlySpan<char> text, int start)
    {
        Span<char> digits = stackalloc char[MaxDigits];
        int count = 0, end = 0, i = start;
        for (; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                if (count == MaxDigits)
                {
                    return 0;
                }

                digits[count++] = text[i];
                end = i + 1;
            }
            else if (count == 0 || !IsSeparator(text, i))
            {
                break;
            }
        }

        return count >= MinDigits && HasCountry(digits[..count]) && digits[1..count].ContainsAnyExcept(digits[count - 1]) ? end : 0;
    }

    /// <summary>One separator, or a bracket with a blank before or behind it.</summary>
    private static bool IsSeparator(ReadOnlySpan<char> text, int i)
    {
        var next = i + 1 < text.Length ? text[i + 1] : '\0';
        return text[i] switch
        {
            ' ' or '-' or '.' or '\u00a0' => char.IsAsciiDigit(next) || next == '(',
            '(' => char.IsAsciiDigit(next),
            ')' => char.IsAsciiDigit(next) || (next is ' ' or '-' && i + 2 < text.Length && char.IsAsciiDigit(text[i + 2])),
            _ => false,
        };
    }

    private static bool HasCountry(ReadOnlySpan<char> digits)
    {
        Span<char> code = [' ', digits[0], ' ', ' '];
        if (ShortCodes.AsSpan().IndexOf(code[..3]) >= 0)
        {
            return digits[0] != '1' || (digits.Length == 11 && digits[1] >= '2');
        }

        code[2] = digits[1];
        return ShortCodes.AsSpan().IndexOf(code) >= 0 || ThreeDigitStarts.AsSpan().IndexOf(code) >= 0;
    }
}
