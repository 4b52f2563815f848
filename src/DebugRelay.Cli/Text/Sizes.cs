using System.Globalization;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Text;

/// <summary>Sizes of files as commands take them: bytes, or with kB, MB, GB (as they are shown) or KiB, MiB, GiB.</summary>
internal static class Sizes
{
    /// <summary>What one may write, for messages.</summary>
    public const string Form = "bytes, 500kB, 100MB, 2GB or 2GiB";

    private static readonly Dictionary<string, long> Units = new(StringComparer.OrdinalIgnoreCase)
    {
        [""] = 1, ["B"] = 1, ["kB"] = 1000, ["MB"] = 1_000_000, ["GB"] = 1_000_000_000, ["KiB"] = 1L << 10, ["MiB"] = 1L << 20, ["GiB"] = 1L << 30,
    };

    /// <exception cref="UsageException">It is no size, or not above zero.</exception>
    public static long Parse(string text)
    {
        string digits = string.Concat(text.TakeWhile(char.IsAsciiDigit));
        bool isSize = Units.TryGetValue(text[digits.Length..].Trim(), out long unit)
            && long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) && number > 0 && number <= long.MaxValue / unit;
        return isSize ? long.Parse(digits, CultureInfo.InvariantCulture) * unit : throw new UsageException($"'{text}' is no size", $"write {Form}");
    }
}
