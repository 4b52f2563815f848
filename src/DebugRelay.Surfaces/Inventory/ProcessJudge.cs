using System.Globalization;
using System.Runtime.Versioning;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Surfaces.Inventory;

/// <summary>One process: the ways into it, who can use them, and what is wrong with that.</summary>
[SupportedOSPlatform("linux")]
internal sealed class ProcessJudge(ProcessFile process, IReadOnlyList<ProcessFile> all)
{
    private const UnixFileMode OthersMay = UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    private readonly List<InventoryWay> _ways = [];
    private readonly List<Surface> _found = [];

    public InventoryProcess Judge()
    {
        Sockets();
        Pipes();
        Loaded();
        Debugger();
        PerfMap();
        Limits();
        Ports();
        _found.AddRange(EnvironmentJudge.Judge(new SettingScope(process.Environment, process.Place) { IsDotNet = process.IsDotNet }));
        _found.AddRange(CommandJudge.Judge(new CommandLine(process.Arguments, CommandUse.EntryPoint, process.Place)));
        bool contained = process.MountNamespace != ProcFile.Link("/proc/1/ns/mnt") && process.MountNamespace is not null;
        return new InventoryProcess(process.Pid, process.Name, process.Uid, contained, process.IsUnreadable, _ways,
            [.. _found.DistinctBy(f => (f.Rule.Id, f.Message)).OrderByDescending(f => f.Severity).ThenBy(f => f.Rule.Id, StringComparer.Ordinal).Select(InventoryFinding.Of)]);
    }

    /// <summary>Mode 0600 keeps others out, but not those who run as the same user.</summary>
    private void Sockets()
    {
        foreach (string socket in process.Sockets)
        {
            (string who, bool othersMay) = WhoMay(Path.Combine(process.TemporaryFolderHere, socket));
            _ways.Add(new InventoryWay("diagnostics socket", $"{process.TemporaryFolder}/{socket}", who));
            string[] same = [.. all.Where(o => o.Pid != process.Pid && o.Uid == process.Uid && o.Uid != 0).Select(o => o.Name).Distinct().Order(StringComparer.Ordinal)];
            if (othersMay)
                _found.Add(Surface.Of("DBG427", process.Place, $"the diagnostics socket is open to {who}", Severity.High));
            else if (same.Length > 0)
                _found.Add(Surface.Of("DBG427", process.Place, string.Create(CultureInfo.InvariantCulture, $"{same.Length} other programs run as the same user (uid {process.Uid}) and may use the diagnostics socket: {string.Join(", ", same.Take(5))}")));
        }
    }

    private void Pipes()
    {
        foreach (string pipe in ProcFile.Names(process.TemporaryFolderHere, $"clr-debug-pipe-{process.InnerPid}-*-in"))
        {
            (string who, bool othersMay) = WhoMay(Path.Combine(process.TemporaryFolderHere, pipe));
            _ways.Add(new InventoryWay("debugger pipe", $"{process.TemporaryFolder}/{pipe}", who));
            if (othersMay)
                _found.Add(Surface.Of("DBG427", process.Place, $"the debugger's pipe is open to {who}", Severity.High));
        }
    }

    private void Loaded()
    {
        foreach (Setting profiler in process.Environment.Where(s => s.Name.StartsWith("CORECLR_PROFILER_PATH", StringComparison.Ordinal) && s.Value.Length > 0))
        {
            bool isLoaded = process.Maps.Contains(Path.GetFileName(profiler.Value), StringComparison.Ordinal);
            _ways.Add(new InventoryWay("profiler", profiler.Value, isLoaded ? "loaded" : "named, not loaded"));
        }
        if (process.Environment.LastOrDefault(s => s.Name == "DOTNET_STARTUP_HOOKS") is { Value.Length: > 0 } hooks)
            _ways.Add(new InventoryWay("startup hook", hooks.Value, "whoever may write the file"));
    }

    private void Debugger()
    {
        if (process.Tracer is not (> 0 and var tracer))
            return;
        string name = all.FirstOrDefault(p => p.Pid == tracer)?.Name ?? "?";
        _ways.Add(new InventoryWay("debugger", string.Create(CultureInfo.InvariantCulture, $"{name} ({tracer})"), "attached"));
        _found.Add(Surface.Of("DBG428", process.Place, string.Create(CultureInfo.InvariantCulture, $"{name} (pid {tracer}) traces the process")));
    }

    private void PerfMap()
    {
        string map = $"/tmp/perf-{process.InnerPid}.map";
        if (!File.Exists($"/proc/{process.Pid}/root{map}"))
            return;
        (string who, bool othersMay) = WhoMay($"/proc/{process.Pid}/root{map}");
        _ways.Add(new InventoryWay("perf map", map, who));
        if (othersMay)
            _found.Add(Surface.Of("DBG115", process.Place, $"{map} is open to {who}"));
    }

    private void Limits()
    {
        string? core = (ProcFile.Read($"/proc/{process.Pid}/limits") ?? "").Split('\n').FirstOrDefault(l => l.StartsWith("Max core file size", StringComparison.Ordinal));
        if (core?["Max core file size".Length..].Split(' ', StringSplitOptions.RemoveEmptyEntries).FirstOrDefault() == "unlimited")
            _found.Add(Surface.Of("DBG121", process.Place, "core dumps are unlimited", Severity.Low));
    }

    private void Ports()
    {
        foreach ((int port, bool isLoopback) in ListeningPorts.Of(process.Pid))
        {
            if (DebugPorts.NameOf(port) is not { } name)
                continue;
            string who = isLoopback ? "this machine" : "the network";
            _ways.Add(new InventoryWay("port", string.Create(CultureInfo.InvariantCulture, $"{port} ({name})"), who));
            _found.Add(Surface.Of("DBG316", process.Place, $"listens on port {port}, on which {name} usually listens, for {who}", isLoopback ? Severity.Low : null));
        }
    }

    private static (string Who, bool OthersMay) WhoMay(string path)
    {
        try
        {
            UnixFileMode mode = File.GetUnixFileMode(path) & OthersMay;
            bool others = (mode & (UnixFileMode.OtherRead | UnixFileMode.OtherWrite)) != 0;
            return others ? ("every user", true) : mode != 0 ? ("its group", true) : ("its user and root", false);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return ("unknown", false);
        }
    }
}
