using System.Globalization;
using DebugRelay.Cli.Text;
using DebugRelay.Cli.ViewModels;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>Things as the screens say them, short.</summary>
internal static class Words
{
    /// <summary>`alice` of `spiffe://corp.example/eng/alice`; an e-mail address stays whole.</summary>
    public static string Name(string identity) => identity.StartsWith("spiffe://", StringComparison.Ordinal) ? identity[(identity.LastIndexOf('/') + 1)..] : identity;

    public static string Clock(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    public static string Minute(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm'Z'", CultureInfo.InvariantCulture);

    public static string Ago(TimeSpan time) => $"{Durations.Show(time < TimeSpan.Zero ? TimeSpan.Zero : time)} ago";

    /// <summary>`3d02h`, `11h07`, `4m`, `12s`: at most six columns.</summary>
    public static string Age(TimeSpan age) => age switch
    {
        { TotalSeconds: < 0 } => "0s",
        { TotalMinutes: < 1 } => Invariant($"{age.Seconds}s"),
        { TotalHours: < 1 } => Invariant($"{age.Minutes}m"),
        { TotalDays: < 1 } => Invariant($"{age.Hours}h{age.Minutes:00}"),
        { TotalDays: < 100 } => Invariant($"{age.Days}d{age.Hours:00}h"),
        _ => Invariant($"{age.Days}d"),
    };

    /// <summary>A counter's newest value; a dash where there is none.</summary>
    public static string Latest(Series? series) => series is { Count: > 0 } ? Drawing.Graphs.Short(series.Latest) : "–";

    public static string Percent(Series? series) => series is { Count: > 0 } ? Invariant($"{Math.Round(series.Latest)}") : "–";

    private static string Invariant(FormattableString text) => FormattableString.Invariant(text);
}
