using System.Globalization;

namespace DebugRelay.Recording;

/// <summary>Where a time stands between the session's beginning and its end, in units of drawings that are <see cref="Width"/> wide.</summary>
internal sealed class TimeScale(DateTimeOffset from, DateTimeOffset to)
{
    public const int Width = 1000;

    private readonly double _seconds = Math.Max((to - from).TotalSeconds, 0.001);

    public double At(DateTimeOffset time) => Math.Clamp((time - from).TotalSeconds / _seconds, 0, 1) * Width;

    /// <summary>Five times, evenly apart, from the first to the last.</summary>
    public IEnumerable<DateTimeOffset> Ticks() => Enumerable.Range(0, 5).Select(i => from.AddSeconds(_seconds * i / 4));

    public static string Number(double value) => value.ToString("0.##", CultureInfo.InvariantCulture);
}
