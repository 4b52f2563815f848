using DebugRelay.Scrubbing.Text;

namespace DebugRelay.Scrubbing.Detectors;

/// <summary>National identifiers, each a rule of its own that is off by default.</summary>
internal static class NationalIds
{
    // Verhoeff's scheme: multiplication in the dihedral group of order ten, and the permutation of positions.
    private const string Dihedral = "0123456789123406789523401789563401289567401239567859876043216598710432765982104387659321049876543210";
    private const string Permutation = "01234567891576283094580379614289160435279453126870428657390127938064157046913258";

    public static readonly Detector[] All =
    [
        Make(Rule.UsSsn, "078-05-1121", IsSsn, "999-99-9999"),
        Make(Rule.UkNhs, "943 476 5919", IsNhs, "999 999 9999", "9999999999"),
        Make(Rule.NlBsn, "111222333", IsBsn, "999999999"),
        Make(Rule.EsNif, "12345678Z", IsNif, "99999999A", "A9999999A", "99999999-A"),
        Make(Rule.FrNir, "2 84 05 88 023 456 05", IsNir, "9 99 99 99 999 999 99", "999999999999999"),
        Make(Rule.ItFiscalCode, "RSSMRA85T10A562S", IsFiscalCode, "AAAAAA??A??A???A"),
        Make(Rule.DeTaxId, "86095742719", IsTaxId, "99 999 999 999", "99999999999"),
        Make(Rule.PlPesel, "44051401359", IsPesel, "99999999999"),
        Make(Rule.BrCpf, "529.982.247-25", IsCpf, "999.999.999-99", "99999999999"),
        Make(Rule.SePersonnummer, "811218-9876", IsPersonnummer, "99999999-9999", "999999-9999", "999999+9999"),
        Make(Rule.FiHetu, "131052-308T", IsHetu, "999999-999?", "999999A999?", "999999+999?"),
        Make(Rule.CaSin, "046 454 286", IsSin, "999 999 999", "999-999-999"),
        Make(Rule.InAadhaar, "2341 2341 2346", IsAadhaar, "9999 9999 9999", "999999999999"),
        Make(Rule.AuTfn, "876 543 210", IsTfn, "999 999 999"),
    ];

    private static NationalIdDetector Make(Rule rule, string canary, NationalIdDetector.Check check, params string[] forms) => new(rule, forms, check, canary);

    /// <summary>No check digit: only areas and groups that are given out.</summary>
    private static bool IsSsn(ReadOnlySpan<char> id) => id[..3] is not ("000" or "666") && id[0] != '9' && id[3..5] is not "00" && id[5..] is not "0000";

    private static bool IsNhs(ReadOnlySpan<char> id) => (11 - (Weighted(id[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2]) % 11)) % 11 == Digit(id[9]);

    private static bool IsBsn(ReadOnlySpan<char> id) => Weighted(id, [9, 8, 7, 6, 5, 4, 3, 2, -1]) % 11 == 0;

    private static bool IsNif(ReadOnlySpan<char> id)
    {
        var number = id[0] switch { 'X' => 0, 'Y' => 1, 'Z' => 2, >= '0' and <= '9' => Digit(id[0]), _ => -1 };
        return number >= 0 && "TRWAGMYFPDXBNJZSQVHLCKE"[(int)(((number * 10_000_000L) + Number(id[1..8])) % 23)] == id[8];
    }

    private static bool IsNir(ReadOnlySpan<char> id) => id[0] is '1' or '2' && Number(id[3..5]) is >= 1 and <= 12 && 97 - (Number(id[..13]) % 97) == Number(id[13..]);

    private static bool IsFiscalCode(ReadOnlySpan<char> id)
    {
        // Odd places count by a table of their own, even places by their order.
        const string Odd = "BAKPLCQDREVOSFTGUHMINJWZYX";
        var sum = 0;
        for (var i = 0; i < 15; i++)
        {
            var value = char.IsAsciiDigit(id[i]) ? Digit(id[i]) : id[i] - 'A';
            sum += i % 2 == 1 ? value : Odd.IndexOf((char)('A' + value), StringComparison.Ordinal);
        }

        return "ABCDEHLMPRST".Contains(id[8], StringComparison.Ordinal) && (char)('A' + (sum % 26)) == id[15];
    }

    /// <summary>ISO 7064 mod 11,10; one digit comes twice or three times among the first ten.</summary>
    private static bool IsTaxId(ReadOnlySpan<char> id)
    {
        var product = 10;
        foreach (var c in id[..10])
        {
            var sum = (Digit(c) + product) % 10;
            product = (sum == 0 ? 10 : sum) * 2 % 11;
        }

        return id[0] != '0' && (11 - product) % 10 == Digit(id[10]) && Characters.Distinct(id[..10]) is 8 or 9;
    }

    private static bool IsPesel(ReadOnlySpan<char> id) =>
        IsDay(id[4..6]) && (10 - (Weighted(id[..10], [1, 3, 7, 9, 1, 3, 7, 9, 1, 3]) % 10)) % 10 == Digit(id[10]);

    private static bool IsCpf(ReadOnlySpan<char> id) =>
        CpfDigit(Weighted(id[..9], [10, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(id[9]) && CpfDigit(Weighted(id[..10], [11, 10, 9, 8, 7, 6, 5, 4, 3, 2])) == Digit(id[10]);

    private static int CpfDigit(int sum) => sum * 10 % 11 % 10;

    private static bool IsPersonnummer(ReadOnlySpan<char> id) => id[^10..] is var tail && IsDay(tail[4..6]) && Number(tail[2..4]) is >= 1 and <= 12 && Luhn(tail);

    private static bool IsHetu(ReadOnlySpan<char> id)
    {
        // The century's sign may be a letter, and then is among the characters.
        var serial = id.Length == 11 ? id[7..10] : id[6..9];
        return IsDay(id[..2]) && "0123456789ABCDEFHJKLMNPRSTUVWXY"[(int)(((Number(id[..6]) * 1000) + Number(serial)) % 31)] == id[^1];
    }

    private static bool IsSin(ReadOnlySpan<char> id) => id[0] is not '8' && Luhn(id);

    private static bool IsTfn(ReadOnlySpan<char> id) => Weighted(id, [1, 4, 3, 7, 5, 8, 6, 9, 10]) % 11 == 0;

    private static bool IsAadhaar(ReadOnlySpan<char> id)
    {
        var check = 0;
        for (var i = 0; i < id.Length; i++)
        {
            check = Digit(Dihedral[(check * 10) + Digit(Permutation[(i % 8 * 10) + Digit(id[^(i + 1)])])]);
        }

        return id[0] >= '2' && check == 0;
    }

    private static bool IsDay(ReadOnlySpan<char> day) => Number(day) is >= 1 and <= 31;

    private static bool Luhn(ReadOnlySpan<char> digits)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            var digit = Digit(digits[^(i + 1)]) * (i % 2 == 0 ? 1 : 2);
            sum += digit > 9 ? digit - 9 : digit;
        }

        return sum % 10 == 0;
    }

    private static int Weighted(ReadOnlySpan<char> digits, ReadOnlySpan<sbyte> weights)
    {
        var sum = 0;
        for (var i = 0; i < digits.Length; i++)
        {
            sum += Digit(digits[i]) * weights[i];
        }

        return sum;
    }

    private static long Number(ReadOnlySpan<char> digits)
    {
        var number = 0L;
        foreach (var c in digits)
        {
            number = (number * 10) + Digit(c);
        }

        return number;
    }

    private static int Digit(char c) => c - '0';
}
