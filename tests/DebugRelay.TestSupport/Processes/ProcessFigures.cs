using System.Globalization;

namespace DebugRelay.TestSupport.Processes;

/// <summary>What a process holds, as /proc shows it (proc(5)).</summary>
/// <param name="Megabytes">Resident memory, in units of 10^6 bytes, with what it shares with others.</param>
/// <param name="Descriptors">Open file descriptors, without assemblies: a process that is not native code opens each when it first needs it, and keeps it.</param>
/// <param name="Threads">Threads.</param>
public sealed record ProcessFigures(double Megabytes, int Descriptors, int Threads)
{
    /// <exception cref="IOException">There is no such process.</exception>
    public static ProcessFigures Of(int pid)
    {
        string[] status = File.ReadAllLines($"/proc/{pid}/status");
        return new ProcessFigures(Read("VmRSS:") * 1024.0 / 1e6, new DirectoryInfo($"/proc/{pid}/fd").GetFileSystemInfos().Count(fd => fd.LinkTarget?.EndsWith(".dll", StringComparison.Ordinal) != true), Read("Threads:"));

        int Read(string name) => int.Parse(status.Single(l => l.StartsWith(name, StringComparison.Ordinal)).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Threads that a signal or a tracer has stopped.</summary>
    /// <returns>Their ids.</returns>
    public static IReadOnlyList<int> StoppedThreadsOf(int pid)
        => [.. Directory.GetDirectories($"/proc/{pid}/task").Where(IsStopped).Select(task => int.Parse(Path.GetFileName(task), CultureInfo.InvariantCulture))];

    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Megabytes:0.0} MB, {Descriptors} descriptors, {Threads} threads");

    private static bool IsStopped(string task)
    {
        try
        {
            string stat = File.ReadAllText(Path.Combine(task, "stat"));
            return stat[stat.LastIndexOf(')') + 2] is 'T' or 't';
        }
        catch (IOException)
        {
            // The thread has ended.
            return false;
        }
    }
}
