using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>dotnet-monitor's arguments. They also come without its name, where the image is its.</summary>
public static class MonitorCommands
{
    internal static IEnumerable<Surface> Judge(CommandLine line)
        => line.IndexOf("dotnet-monitor") >= 0 ? JudgeArguments(line) : [];

    /// <summary>Judges arguments that are known to be for dotnet-monitor.</summary>
    public static IEnumerable<Surface> JudgeArguments(CommandLine line)
    {
        if (line.Has("--no-auth") || line.Has("--no-auth=true"))
            yield return Surface.Of("DBG401", line.Place, "dotnet-monitor runs with --no-auth");
        foreach (string urls in line.ValuesOf("-u", "--urls"))
        {
            if (UrlJudge.IsOpen(urls) is { } why)
                yield return Surface.Of("DBG402", line.Place, $"dotnet-monitor {why}");
        }
        if (line.Has("--temp-apikey"))
            yield return Surface.Of("DBG403", line.Place, "dotnet-monitor prints a temporary key to its log");
    }
}
