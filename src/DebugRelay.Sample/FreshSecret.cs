using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DebugRelay.Sample;

/// <summary>
/// Makes secrets that detectors must take for real ones; every value is new in each run. They hold no character that a URL or a
/// JSON string escapes, so that a search for the value finds it wherever it went.
/// </summary>
internal static class FreshSecret
{
    // Issuer prefixes of published test numbers, with the length of the whole number.
    private static readonly (string Prefix, int Length)[] TestCards = [("411111", 16), ("424242", 16), ("555555", 16), ("378282", 15)];

    public static string Email() => $"{Letters(6)}.{Letters(8)}@{Letters(7)}.example.com";

    /// <summary>A card number with a valid check digit, no separators.</summary>
    public static string Card()
    {
        (string prefix, int length) = TestCards[RandomNumberGenerator.GetInt32(TestCards.Length)];
        return WithCheckDigit(prefix + Digits(length - prefix.Length - 1));
    }

    /// <summary>A card number of 16 digits in groups of four.</summary>
    public static string CardInGroups()
    {
        string digits = WithCheckDigit(TestCards[0].Prefix + Digits(9));
        return $"{digits[..4]} {digits[4..8]} {digits[8..12]} {digits[12..]}";
    }

    public static string Jwt()
    {
        string header = Base64Url.EncodeToString("""{"alg":"HS256"}"""u8);
        string claims = Base64Url.EncodeToString(Encoding.UTF8.GetBytes($$"""{"sub":"{{Letters(12)}}","scope":"checkout"}"""));
        byte[] signature = HMACSHA256.HashData(RandomNumberGenerator.GetBytes(32), Encoding.UTF8.GetBytes($"{header}.{claims}"));
        return $"{header}.{claims}.{Base64Url.EncodeToString(signature)}";
    }

    /// <summary>An opaque token: 43 characters of base64url, 256 bits.</summary>
    public static string Token() => Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    /// <summary>A key: 40 hexadecimal digits.</summary>
    public static string Key() => RandomNumberGenerator.GetHexString(40, lowercase: true);

    public static string Password() =>
        RandomNumberGenerator.GetString("abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789-_", 20);

    private static string Letters(int count) => RandomNumberGenerator.GetString("abcdefghijklmnopqrstuvwxyz", count);

    private static string Digits(int count) => RandomNumberGenerator.GetString("0123456789", count);

    private static string WithCheckDigit(string digits)
    {
        int sum = 0;
        for (int i = 0; i < digits.Length; i++)
        {
            int digit = digits[^(i + 1)] - '0';
            if (i % 2 == 0) digit = digit > 4 ? (digit * 2) - 9 : digit * 2;
            sum += digit;
        }

        return digits + ((10 - (sum % 10)) % 10).ToString(CultureInfo.InvariantCulture);
    }
}
