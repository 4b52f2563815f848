using System.Globalization;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Text;

/// <summary>Durations as every command takes them: seconds, `30s` / `10m` / `12h`, or `[d:]hh:mm:ss`.</summary>
internal static class Durations
{
    /// <summary>What one may write, for messages.</summary>
    public const string Form = "seconds, 30s, 10m, 12h or [d:]hh:mm:ss";

    // Far above any limit of a host, and far below what TimeSpan and timers can hold.
    private const long MaxSeconds = 10 * 365 * 24 * 3600L;

    /// <exception cref="UsageException">It is no duration, or not above zero.</exception>
    public static TimeSpan Parse(string text) => TryParse(text, out TimeSpan duration)
        ? duration
        : throw new UsageException($"'{text}' is no duration", $"write {Form}");

    /// <returns>False where <paramref name="text"/> is no duration above zero.</returns>
    public static bool TryParse(string text, out TimeSpan duration)
    {
        duration = default;
        long? seconds = text.Contains(':', StringComparison.Ordinal) ? OfClock(text.Split(':')) : OfNumber(text);
        if (seconds is not (> 0 and <= MaxSeconds))
            return false;
        duration = TimeSpan.FromSeconds(seconds.Value);
        return true;
    }

    /// <summary>For people: `45 s`, `12 min`, `3 h 05 min`, `2 d 04 h`.</summary>
    public static string Show(TimeSpan duration) => duration switch
    {
        { TotalSeconds: < 60 } => Invariant($"{(int)duration.TotalSeconds} s"),
        { TotalMinutes: < 60 } => Invariant($"{(int)duration.TotalMinutes} min"),
        { TotalHours: < 24 } => Invariant($"{duration.Hours} h {duration.Minutes:00} min"),
        _ => Invariant($"{(int)duration.TotalDays} d {duration.Hours:00} h"),
    };

    private static long? OfNumber(string text)
    {
        (string digits, long unit) = text switch
        {
            [.. string head, 's'] => (head, 1L),
            [.. string head, 'm'] => (head, 60L),
            [.. string head, 'h'] => (head, 3600L),
            _ => (text, 1L),
        };
        return Number(digits) is { } number && number <= MaxSeconds / unit ? number * unit : null;
    }

    private static long? OfClock(string[] parts)
    {
        if (parts.Length is not (3 or 4))
            return null;
        long? days = parts.Length == 4 ? Number(parts[0]) : 0;
        (long? hours, long? minutes, long? seconds) = (Number(parts[^3]), Number(parts[^2]), Number(parts[^1]));
        bool fits = days <= MaxSeconds / 86_400 && hours < (parts.Length == 4 ? 24 : 24 * 365) && minutes < 60 && seconds < 60;
        return fits ? (days * 86_400) + (hours * 3600) + (minutes * 60) + seconds : null;
    }

    private static long? Number(string digits)
        => long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long number) ? number : null;

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
