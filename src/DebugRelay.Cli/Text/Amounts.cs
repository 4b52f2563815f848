using System.Globalization;

namespace DebugRelay.Cli.Text;

/// <summary>Amounts for people.</summary>
internal static class Amounts
{
    /// <summary>`812 B`, `4.1 kB`, `41 MB`: decimal units, as rates are.</summary>
    public static string Bytes(double bytes) => bytes switch
    {
        < 1000 => string.Create(CultureInfo.InvariantCulture, $"{bytes:0} B"),
        < 1e6 => Scaled(bytes / 1e3, "kB"),
        < 1e9 => Scaled(bytes / 1e6, "MB"),
        _ => Scaled(bytes / 1e9, "GB"),
    };

    /// <summary>`212,004`.</summary>
    public static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    /// <summary>Nothing after the point where the number is large, three digits where it is small.</summary>
    public static string Value(double value) => value.ToString(Math.Abs(value) switch
    {
        >= 100 => "N0",
        >= 10 => "0.#",
        0 => "0",
        < 0.001 => "0.##E0",
        _ => "0.###",
    }, CultureInfo.InvariantCulture);

    private static string Scaled(double value, string unit)
        => string.Create(CultureInfo.InvariantCulture, $"{(value < 10 ? Math.Round(value, 1) : Math.Round(value))} {unit}");
}
