using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>
/// Card numbers: 13 to 19 digits, together or in the groups that cards have, with an issuer's prefix and length and a right check digit (Luhn).
/// Ticks, identifiers and trace ids fail one of these.
/// </summary>
internal sealed class CreditCardDetector : Detector
{
    private const int MinDigits = 13;
    private const int MaxDigits = 19;

    public override Rule Rule => Rule.CreditCard;

    public override Anchors Anchor => Anchors.Digit;

    public override Canary Canary => new("paid with 4111 1111 1111 1111 yesterday", "4111 1111 1111 1111");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 0;
        while (NextDigit(text, i) is var start and >= 0)
        {
            var end = RunEnd(text, start);
            if (end - start >= MinDigits && IsFree(text, start, end))
            {
                FindInRun(text, start, end, hits);
            }

            i = end;
        }
    }

    private static int NextDigit(ReadOnlySpan<char> text, int from)
    {
        var next = text[from..].IndexOfAny(CharacterSets.Digits);
        return next < 0 ? -1 : from + next;
    }

    /// <summary>A run: digits with single separators between them.</summary>
    private static int RunEnd(ReadOnlySpan<char> text, int i)
    {
        while (i < text.Length)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                i++;
            }
            else if (IsSeparator(text[i]) && i + 1 < text.Length && char.IsAsciiDigit(text[i + 1]))
            {
                i += 2;
            }
            else
            {
                break;
            }
        }

        return i;
    }

    private static bool IsSeparator(char c) => c is ' ' or '-' or '.' or '\u00a0';

    /// <summary>Neither part of a word or a hexadecimal number, nor a phone number.</summary>
    private static bool IsFree(ReadOnlySpan<char> text, int start, int end) =>
        (start == 0 || !(char.IsAsciiLetterOrDigit(text[start - 1]) || text[start - 1] is '_' or '+' or '.'))
        && (end == text.Length || !(char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'));

    private void FindInRun(ReadOnlySpan<char> text, int start, int end, HitList hits)
    {
        for (var i = start; i < end; i = NextGroup(text, i, end))
        {
            var length = i > start && text[i - 1] == '.' ? 0 : CardLength(text[i..end]);
            if (length > 0)
            {
                hits.Add(i, length, Rule);
                i += length - 1;
            }
        }
    }

    private static int NextGroup(ReadOnlySpan<char> text, int i, int end)
    {
        while (i < end && char.IsAsciiDigit(text[i]))
        {
            i++;
        }

        return i + 1;
    }

    /// <summary>Length in characters of the card number that begins here and ends with a group; 0 if there is none.</summary>
    private static int CardLength(ReadOnlySpan<char> run)
    {
        Span<byte> digits = stackalloc byte[MaxDigits];
        Span<byte> groups = stackalloc byte[MaxDigits];
        int count = 0, group = 0, best = 0;
        var separator = '\0';
        for (var i = 0; i < run.Length; i++)
        {
            if (!char.IsAsciiDigit(run[i]))
            {
                if (separator != '\0' && separator != run[i])
                {
                    break;
                }

                separator = run[i];
                group++;
                continue;
            }

            if (count == MaxDigits)
            {
                return separator == '\0' || best == 0 ? 0 : best;
            }

            digits[count++] = (byte)(run[i] - '0');
            groups[group]++;
            var atGroupEnd = i + 1 == run.Length || !char.IsAsciiDigit(run[i + 1]);
            best = atGroupEnd && IsCard(digits[..count], groups[..(group + 1)], separator) ? i + 1 : best;
        }

        return best;
    }

    private static bool IsCard(ReadOnlySpan<byte> digits, ReadOnlySpan<byte> groups, char separator) =>
        digits.Length >= MinDigits && IsGrouping(groups, separator) && IssuerAllows(digits) && Luhn(digits);

    private static bool IsGrouping(ReadOnlySpan<byte> groups, char separator) => groups.Length switch
    {
        1 => true,
        _ when separator == '.' && groups[0] != 4 => false,
        2 => groups is [8, 8],
        3 => groups is [4, 6, 5] or [4, 6, 4],
        4 => groups is [4, 4, 4, >= 1 and <= 7],
        5 => groups is [4, 4, 4, 4, <= 3],
        _ => !groups.ContainsAnyExcept((byte)1),
    };

    private static bool IssuerAllows(ReadOnlySpan<byte> digits)
    {
        var prefix = (digits[0] * 1000) + (digits[1] * 100) + (digits[2] * 10) + digits[3];
        var length = digits.Length;
        return prefix switch
        {
            >= 1000 and <= 1999 => length is 15,                                                              // UATP
            >= 4000 and <= 4999 => length is 13 or 16 or 19,                                                  // Visa
            >= 5100 and <= 5599 or >= 2221 and <= 2720 => length is 16,                                       // Mastercard
            >= 3400 and <= 3499 or >= 3700 and <= 3799 => length is 15,                                       // American Express
            6011 or >= 6440 and <= 6599 => length is >= 16 and <= 19,                                         // Discover
            >= 3000 and <= 3059 or 3095 or >= 3600 and <= 3699 or >= 3800 and <= 3999 => length is 14 or 16,  // Diners Club
            >= 3528 and <= 3589 => length is >= 16 and <= 19,                                                 // JCB
            >= 6200 and <= 6299 or >= 8100 and <= 8171 => length is >= 16 and <= 19,                          // UnionPay
            >= 2200 and <= 2204 => length is 16,                                                              // Mir
            5019 => length is 16,                                                                             // Dankort
            5018 or 5020 or 5038 or 5893 or 6304 or 6759 or 6761 or 6762 or 6763 => true,                     // Maestro
            _ => false,
        };
    }

    private static bool Luhn(ReadOnlySpan<byte> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)];
            digit = i % 2 == 0 ? digit : digit * 2;
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }
}
