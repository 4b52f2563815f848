using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>The broker and the workers that an agent of a test has started, found by parentage so that no other test's are touched.</summary>
public static class HostProcesses
{
    public static int BrokerOf(RelayHost host) => BrokerOf(host.Agent.Id);

    public static int BrokerOf(int agent) => FindBrokerOf(agent) ?? throw new InvalidOperationException($"agent {agent} has no broker");

    /// <returns>Null while there is none.</returns>
    public static int? FindBrokerOf(int agent) => ChildrenOf(agent, "debugrelay-broker").Select(pid => (int?)pid).SingleOrDefault();

    public static IReadOnlyList<int> WorkersOf(RelayHost host) => WorkersOf(BrokerOf(host));

    public static IReadOnlyList<int> WorkersOf(int broker) => [.. ChildrenOf(broker, "debugrelay-worker")];

    public static IReadOnlyList<int> DumpWorkersOf(int broker) => [.. ChildrenOf(broker, "debugrelay-dumpworker")];

    /// <summary>Start time in clock ticks since boot, proc(5).</summary>
    public static ulong StartTimeOf(int pid)
    {
        string stat = File.ReadAllText($"/proc/{pid}/stat");
        return ulong.Parse(stat[(stat.LastIndexOf(')') + 2)..].Split(' ')[19], CultureInfo.InvariantCulture);
    }

    public static void Kill(int pid)
    {
        using Process process = Process.GetProcessById(pid);
        process.Kill();
    }

    public static async Task WaitUntilGoneAsync(int pid, CancellationToken cancellation)
    {
        try
        {
            using Process process = Process.GetProcessById(pid);
            await process.WaitForExitAsync(cancellation);
        }
        catch (ArgumentException)
        {
            // It is gone already.
        }
    }

    /// <summary>Stops a process, which then neither works nor ends by itself.</summary>
    public static void Suspend(int pid) => Signal(pid, 19);

    /// <summary>Lets a suspended process go on.</summary>
    public static void Resume(int pid) => Signal(pid, 18);

    /// <summary>Sends a signal by its number on Linux.</summary>
    public static void Signal(int pid, int signal)
    {
        if (SendSignal(pid, signal) != 0)
            throw new InvalidOperationException($"process {pid} did not take signal {signal}");
    }

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);

    private static IEnumerable<int> ChildrenOf(int parent, string program)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int pid)
                && ParentOf(pid) == parent
                && (new FileInfo($"/proc/{pid}/exe").LinkTarget ?? "").EndsWith($"/{program}", StringComparison.Ordinal))
                yield return pid;
        }
    }

    private static int? ParentOf(int pid)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("PPid:", StringComparison.Ordinal));
            return line is null ? null : int.Parse(line[5..], CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            return null;
        }
    }
}
