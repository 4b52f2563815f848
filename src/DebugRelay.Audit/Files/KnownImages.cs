using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>Images whose program is known by their name, so that arguments mean what they mean to it.</summary>
internal static class KnownImages
{
    public static IEnumerable<Surface> Judge(string image, CommandLine arguments, IReadOnlyList<Setting> settings, Place place)
    {
        if (image.Contains("dotnet/monitor", StringComparison.OrdinalIgnoreCase) || image.Contains("dotnet-monitor", StringComparison.OrdinalIgnoreCase))
        {
            foreach (Surface surface in MonitorCommands.JudgeArguments(arguments))
                yield return surface;
        }
        if (image.Contains("aspire-dashboard", StringComparison.OrdinalIgnoreCase)
            && !settings.Any(s => s.ConfigurationKey.Equals("Dashboard:Otlp:AuthMode", StringComparison.OrdinalIgnoreCase)))
            yield return Surface.Of("DBG417", place, "the dashboard takes telemetry from anybody: Dashboard__Otlp__AuthMode is not set");
    }
}
