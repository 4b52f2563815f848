using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>International bank account numbers: the country's length and the check digits (mod 97) must be right.</summary>
internal sealed class IbanDetector : Detector
{
    private const int MaxLength = 34;

    // Country code and length, from the SWIFT registry.
    private const string Countries =
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 FI18 FK18 FO18 FR27 "
        + "GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 "
        + "MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 "
        + "TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30 ";

    public override Rule Rule => Rule.Iban;

    public override Anchors Anchor => Anchors.Account;

    public override Canary Canary => new("to GB82 WEST 1234 5698 7654 32 now", "GB82 WEST 1234 5698 7654 32");

    public override void Find(ReadOnlySpan<char> text, HitList hits)
    {
        var i = 2;
        while (i + 12 < text.Length && text[i..].IndexOfAny(CharacterSets.Digits) is var next and >= 0)
        {
            i += next;
            var length = LengthAt(text, i - 2);
            if (length > 0)
            {
                hits.Add(i - 2, length, Rule);
            }

            i += Math.Max(1, length - 2);
        }
    }

    private static int LengthAt(ReadOnlySpan<char> text, int start)
    {
        if (start + 4 >= text.Length || !char.IsAsciiDigit(text[start + 3])
            || !char.IsAsciiLetter(text[start]) || !char.IsAsciiLetter(text[start + 1])
            || (start > 0 && char.IsAsciiLetterOrDigit(text[start - 1])))
        {
            return 0;
        }

        Span<char> country = [char.ToUpperInvariant(text[start]), char.ToUpperInvariant(text[start + 1])];
        var entry = Countries.AsSpan().IndexOf(country);
        return entry < 0 ? 0 : Check(text, start, int.Parse(Countries.AsSpan(entry + 2, 2), provider: null));
    }

    private static int Check(ReadOnlySpan<char> text, int start, int wanted)
    {
        Span<char> number = stackalloc char[MaxLength];
        var i = start;
        for (var count = 0; count < wanted; i++)
        {
            if (i < text.Length && char.IsAsciiLetterOrDigit(text[i]))
            {
                number[count++] = char.ToUpperInvariant(text[i]);
            }
            else if (i >= text.Length || text[i] is not (' ' or '-' or '\u00a0') || !char.IsAsciiLetterOrDigit(text[i - 1]))
            {
                return 0;
            }
        }

        var free = i == text.Length || !char.IsAsciiLetterOrDigit(text[i]);
        return free && Remainder(number[..wanted]) == 1 ? i - start : 0;
    }

    /// <summary>ISO 7064 mod 97-10: the first four characters go to the end, letters count as 10 to 35.</summary>
    private static int Remainder(ReadOnlySpan<char> number)
    {
        var remainder = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var c = number[(i + 4) % number.Length];
            remainder = char.IsAsciiDigit(c) ? ((remainder * 10) + c - '0') % 97 : ((remainder * 100) + c - 'A' + 10) % 97;
        }

        return remainder;
    }
}
