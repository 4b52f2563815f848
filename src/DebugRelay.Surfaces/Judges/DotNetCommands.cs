using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>The dotnet command, and programs that are started with debug options.</summary>
internal static class DotNetCommands
{
    public static IEnumerable<Surface> Judge(CommandLine line)
    {
        if (line.Use == CommandUse.EntryPoint)
        {
            foreach (Surface surface in EntryPoint(line))
                yield return surface;
        }
        else if (PublishesDebug(line))
        {
            yield return Surface.Of("DBG309", line.Place, "what is published is built as Debug");
        }
    }

    private static IEnumerable<Surface> EntryPoint(CommandLine line)
    {
        int dotnet = line.IndexOf("dotnet");
        if (dotnet >= 0 && dotnet + 1 < line.Words.Count && line.Words[dotnet + 1] is "run" or "watch")
        {
            string verb = line.Words[dotnet + 1];
            bool mild = verb == "run" && line.Has("--no-launch-profile") && line.ValuesOf("-c", "--configuration").Contains("Release", StringComparer.OrdinalIgnoreCase);
            yield return Surface.Of("DBG117", line.Place, $"dotnet {verb} is what runs here", mild ? Severity.Medium : null);
        }
        foreach (string option in new[] { "--additionalprobingpath", "--additional-deps" })
        {
            if (line.ValuesOf(option).Any())
                yield return Surface.Of("DBG109", line.Place, $"{option} redirects from where assemblies are loaded");
        }
        if (line.ValuesOf("--environment").Contains("Development", StringComparer.OrdinalIgnoreCase))
            yield return Surface.Of("DBG201", line.Place, "--environment Development is an argument");
    }

    private static bool PublishesDebug(CommandLine line)
    {
        int dotnet = line.IndexOf("dotnet");
        if (dotnet < 0 || !line.Words.Skip(dotnet + 1).Take(1).Any(w => w is "publish" or "pack"))
            return false;
        return line.ValuesOf("-c", "--configuration").Contains("Debug", StringComparer.OrdinalIgnoreCase)
            || line.Words.Any(w => w.TrimStart('-', '/').Equals("p:Configuration=Debug", StringComparison.OrdinalIgnoreCase));
    }
}
