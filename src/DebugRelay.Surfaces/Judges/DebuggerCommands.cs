using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Debuggers of any language, where they are installed or started.</summary>
internal static class DebuggerCommands
{
    public static IEnumerable<Surface> Judge(CommandLine line) => [.. DotNet(line), .. Others(line)];

    private static IEnumerable<Surface> DotNet(CommandLine line)
    {
        if (line.Mentions("getvsdbg") || line.Mentions("/vsdbg") || line.Mentions(".vs-debugger"))
            yield return Surface.Of("DBG301", line.Place, "vsdbg is installed or started");
        if (line.Mentions("netcoredbg"))
        {
            bool listens = line.Words.Any(w => w.StartsWith("--server", StringComparison.Ordinal));
            yield return Surface.Of("DBG302", line.Place, listens ? "netcoredbg listens, without authentication" : "netcoredbg is installed or started", listens ? null : Severity.High);
        }
        if (line.Mentions("msvsmon") && (line.Has("/noauth") || line.Has("/anyuser") || line.Has("-noauth") || line.Has("-anyuser")))
            yield return Surface.Of("DBG303", line.Place, "msvsmon listens without authentication");
        if (line.Mentions("JetBrains.Debugger.Worker") || line.Mentions("RiderRemoteDebugger") || line.Mentions("JetBrains.dotTrace") || line.Mentions("JetBrains.dotMemory")
            || line.IndexOf("dottrace") >= 0 || line.IndexOf("dotmemory") >= 0)
            yield return Surface.Of("DBG304", line.Place, "a remote tool of JetBrains is installed or started");
        if (line.Use == CommandUse.EntryPoint && IsWaiting(line))
            yield return Surface.Of("DBG305", line.Place, $"the container only waits ({string.Join(' ', line.Words)}): it was made for a debugger to start the program");
    }

    private static bool IsWaiting(CommandLine line)
    {
        if (line.Mentions("DistrolessHelper"))
            return true;
        int tail = line.IndexOf("tail"), sleep = line.IndexOf("sleep");
        return (tail >= 0 && line.Words.Skip(tail).Contains("/dev/null")) || (sleep >= 0 && line.Words.Skip(sleep + 1).FirstOrDefault() is "infinity" or "inf");
    }

    private static IEnumerable<Surface> Others(CommandLine line)
    {
        foreach (Surface surface in OtherRuntimeJudge.JudgeOptions(string.Join(' ', line.Words), line.Place))
            yield return surface;
        if (line.IndexOf("dlv") >= 0 && line.Words.Any(w => w.StartsWith("--headless", StringComparison.Ordinal)))
        {
            string host = UrlJudge.HostOf(line.ValuesOf("--listen", "-l").FirstOrDefault() ?? "127.0.0.1:0") ?? "";
            yield return Surface.Of("DBG505", line.Place, "Delve listens without authentication", UrlJudge.IsLoopback(host) ? Severity.High : null);
        }
        if (line.Mentions("debugpy") && line.ValuesOf("--listen").FirstOrDefault() is { } address)
            yield return Surface.Of("DBG507", line.Place, $"debugpy listens on {address}", UrlJudge.IsLoopback(UrlJudge.HostOf(address) ?? "") ? Severity.Medium : null);
        if (line.IndexOf("flask") >= 0 && line.Has("run") && line.Has("--debug"))
            yield return Surface.Of("DBG507", line.Place, "flask runs with --debug");
        if (line.IndexOf("manage.py") >= 0 && line.Has("runserver") && line.Use == CommandUse.EntryPoint)
            yield return Surface.Of("DBG507", line.Place, "Django's development server is what runs here", Severity.Medium);
    }
}
