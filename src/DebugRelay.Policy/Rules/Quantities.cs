using System.Globalization;

namespace DebugRelay.Policy.Rules;

/// <summary>Durations and sizes as people write them, the same in files and on the command line.</summary>
public static class Quantities
{
    // A hundred thousand hours are eleven years: far above every limit, far below what a TimeSpan holds.
    private const long LargestPart = 100_000;

    private static readonly Dictionary<string, long> SizeUnits = new(StringComparer.Ordinal)
    {
        [""] = 1, ["B"] = 1, ["KiB"] = 1L << 10, ["MiB"] = 1L << 20, ["GiB"] = 1L << 30, ["TiB"] = 1L << 40,
    };

    /// <summary>
    /// Reads <c>90</c> (seconds), <c>30s</c>, <c>10m</c>, <c>12h</c>, <c>hh:mm:ss</c> or <c>d:hh:mm:ss</c>; zero and less are refused.
    /// </summary>
    public static bool TryParseDuration(string text, out TimeSpan duration)
    {
        duration = text.Contains(':') ? ParseClock(text) : ParseUnit(text);
        return duration > TimeSpan.Zero;
    }

    /// <summary>
    /// Reads <c>512</c> (bytes), <c>512B</c>, <c>64KiB</c>, <c>10MiB</c>, <c>2GiB</c>, <c>1TiB</c>; zero is refused.
    /// GB and the like are not known: they mean two things.
    /// </summary>
    public static bool TryParseSize(string text, out long bytes)
    {
        bytes = 0;
        string digits = Digits(text);
        if (!SizeUnits.TryGetValue(text[digits.Length..], out long unit)) return false;
        if (!TryNumber(digits, out long number) || number > long.MaxValue / unit) return false;
        bytes = number * unit;
        return bytes > 0;
    }

    private static TimeSpan ParseUnit(string text)
    {
        string digits = Digits(text);
        if (!TryNumber(digits, out long number) || number > LargestPart) return TimeSpan.Zero;
        return text[digits.Length..] switch
        {
            "" or "s" => TimeSpan.FromSeconds(number),
            "m" => TimeSpan.FromMinutes(number),
            "h" => TimeSpan.FromHours(number),
            _ => TimeSpan.Zero,
        };
    }

    private static TimeSpan ParseClock(string text)
    {
        string[] parts = text.Split(':');
        if (parts.Length is not (3 or 4)) return TimeSpan.Zero;
        Span<long> numbers = [0, 0, 0, 0];
        for (int i = 0; i < parts.Length; i++)
        {
            if (!TryNumber(parts[i], out numbers[4 - parts.Length + i])) return TimeSpan.Zero;
        }
        bool fits = numbers[0] <= LargestPart && numbers[1] < (parts.Length == 3 ? LargestPart : 24) && numbers[2] < 60 && numbers[3] < 60;
        return fits ? TimeSpan.FromSeconds((((((numbers[0] * 24) + numbers[1]) * 60) + numbers[2]) * 60) + numbers[3]) : TimeSpan.Zero;
    }

    private static string Digits(string text) => new([.. text.TakeWhile(char.IsAsciiDigit)]);

    // Fifteen digits: 2^40 times as much still overflows, and TryParseSize looks for that.
    private static bool TryNumber(string digits, out long number)
    {
        number = 0;
        return digits.Length is > 0 and <= 15 && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
