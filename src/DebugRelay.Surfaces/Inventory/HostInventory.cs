using System.Globalization;
using System.Runtime.Versioning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Surfaces.Inventory;

/// <summary>Takes the inventory of a Linux host from proc(5). Reads only; no process is asked anything or stopped.</summary>
[SupportedOSPlatform("linux")]
public static class HostInventory
{
    private static readonly string[] Debuggers = ["vsdbg", "netcoredbg", "gdb", "gdbserver", "lldb", "lldb-server", "strace", "createdump", "dotnet-dump", "dotnet-trace", "dotnet-gcdump", "dotnet-counters", "dotnet-dsrouter", "dotnet-monitor"];

    /// <summary>Everything that can be seen from here and now.</summary>
    /// <param name="host">The host's name, for the report.</param>
    /// <param name="now">The time, for the report.</param>
    /// <param name="hidden">Our own processes, which are left out.</param>
    public static InventoryReport Take(string host, DateTimeOffset now, IReadOnlySet<int> hidden)
    {
        ProcessFile[] all = [.. ProcFile.Names("/proc").Select(n => int.TryParse(n, NumberStyles.None, CultureInfo.InvariantCulture, out int pid) ? pid : 0).Where(p => p > 0 && !hidden.Contains(p)).Order()
            .Select(ProcessFile.Read).OfType<ProcessFile>()];
        ProcessFile[] dotNet = [.. all.Where(p => p.IsDotNet)];
        InventoryProcess[] processes = [.. all.Where(p => p.IsDotNet || Debuggers.Contains(p.Name)).Select(p => p.IsDotNet ? new ProcessJudge(p, all).Judge() : Debugger(p, all))];
        Surface[] found = [.. Kernel(), .. Shared(dotNet)];
        return new InventoryReport(1, host, now, processes, [.. found.OrderByDescending(f => f.Severity).Select(InventoryFinding.Of)]);
    }

    /// <summary>A debugger or diagnostic tool that runs.</summary>
    private static InventoryProcess Debugger(ProcessFile process, ProcessFile[] all)
    {
        InventoryProcess judged = new ProcessJudge(process, all).Judge();
        if (judged.Findings.Count > 0)
            return judged;
        return judged with { Findings = [InventoryFinding.Of(Surface.Of("DBG428", process.Place, $"{process.Name} runs on this host"))] };
    }

    private static IEnumerable<Surface> Kernel()
    {
        var place = new Place("host");
        foreach ((string name, string file) in new[]
        {
            ("kernel.yama.ptrace_scope", "/proc/sys/kernel/yama/ptrace_scope"), ("fs.suid_dumpable", "/proc/sys/fs/suid_dumpable"),
            ("kernel.perf_event_paranoid", "/proc/sys/kernel/perf_event_paranoid"), ("kernel.core_pattern", "/proc/sys/kernel/core_pattern"),
        })
        {
            if (ProcFile.Read(file)?.Trim() is { Length: > 0 } value && KernelJudge.Judge(name, value, place) is { } surface)
                yield return surface;
        }
    }

    /// <summary>Containers that have their processes or their temporary folder in common.</summary>
    private static IEnumerable<Surface> Shared(ProcessFile[] dotNet)
    {
        string? hostPids = ProcFile.Link("/proc/1/ns/pid");
        foreach (IGrouping<string?, ProcessFile> group in dotNet.Where(p => p.PidNamespace is not null && p.PidNamespace != hostPids).GroupBy(p => p.PidNamespace))
        {
            if (group.Select(p => p.MountNamespace).Distinct().Count() > 1)
                yield return Surface.Of("DBG405", group.First().Place, $"containers share their process ids: {Names(group)}");
        }
        foreach (IGrouping<string, ProcessFile> group in dotNet.Select(p => (Process: p, Folder: Identity(p))).Where(p => p.Folder is not null).GroupBy(p => p.Folder!, p => p.Process))
        {
            if (group.Select(p => p.MountNamespace).Distinct().Count() > 1)
                yield return Surface.Of("DBG404", group.First().Place, $"containers share the folder of their diagnostics sockets: {Names(group)}");
        }
    }

    /// <summary>Which file system's folder the process's temporary folder is, whatever it is called there (proc_pid_mountinfo(5)).</summary>
    private static string? Identity(ProcessFile process)
    {
        string? best = null;
        int length = -1;
        foreach (string line in (ProcFile.Read($"/proc/{process.Pid}/mountinfo") ?? "").Split('\n'))
        {
            string[] fields = line.Split(' ');
            if (fields.Length < 5)
                continue;
            string mount = fields[4].TrimEnd('/');
            if ((process.TemporaryFolder == mount || process.TemporaryFolder.StartsWith(mount + "/", StringComparison.Ordinal)) && mount.Length > length)
                (best, length) = ($"{fields[2]} {fields[3].TrimEnd('/')}{process.TemporaryFolder[mount.Length..]}", mount.Length);
        }
        return best;
    }

    private static string Names(IEnumerable<ProcessFile> group) => string.Join(", ", group.Select(p => string.Create(CultureInfo.InvariantCulture, $"{p.Name} ({p.Pid})")));
}
