using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Targets;

/// <summary>What the kernel says of a process (proc(5)). The target's own socket is never asked.</summary>
[SupportedOSPlatform("linux")]
internal static class ProcessFacts
{
    /// <summary>Jiffies a second that the kernel shows to user space, on every architecture .NET runs on.</summary>
    private const double ClockTicks = 100;

    /// <summary>Characters of a name: as many as a policy's pattern has at most.</summary>
    private const int LongestName = 256;

    /// <summary>Reads the facts of a process.</summary>
    /// <returns>Null when there is no such process (any more), or it is a zombie.</returns>
    public static TargetProcess? Read(int pid)
    {
        try
        {
            if (StartTime(pid) is not { } startTime)
                return null;
            string name = Clean(Name(pid));
            string user = UserNames.NameOf(Uid(pid));
            string? container = ContainerName.Of(pid);
            // The pid may have passed to another process while we read: the start time tells.
            return StartTime(pid) == startTime ? new TargetProcess(pid, startTime, name, user, Started(startTime), container) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The start time in clock ticks since boot, which the runtime also puts into its socket's name.</summary>
    /// <returns>Null when there is no such process, or it is a zombie.</returns>
    public static ulong? StartTime(int pid)
    {
        string stat;
        try
        {
            stat = File.ReadAllText($"/proc/{pid}/stat");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
        // The second field is the name in parentheses and may itself hold any character: count from the last one.
        string[] fields = stat[(stat.LastIndexOf(')') + 1)..].Split(' ', StringSplitOptions.RemoveEmptyEntries);
        const int state = 0, startTime = 19;
        return fields.Length > startTime && fields[state] is not ("Z" or "X") && ulong.TryParse(fields[startTime], NumberStyles.None, CultureInfo.InvariantCulture, out ulong ticks)
            ? ticks
            : null;
    }

    /// <summary>The effective user id.</summary>
    public static uint Uid(int pid) => EffectiveId(pid, "Uid:");

    /// <summary>The effective group id.</summary>
    public static uint Gid(int pid) => EffectiveId(pid, "Gid:");

    private static uint EffectiveId(int pid, string field)
    {
        foreach (string line in File.ReadLines($"/proc/{pid}/status"))
        {
            if (line.StartsWith(field, StringComparison.Ordinal))
                return uint.Parse(line.Split('\t', StringSplitOptions.RemoveEmptyEntries)[2], CultureInfo.InvariantCulture);
        }
        throw new IOException($"process {pid} has no user");
    }

    /// <summary>The executable's name; for the shared host `dotnet`, the name of the assembly that it runs.</summary>
    private static string Name(int pid)
    {
        string executable = Path.GetFileName(new FileInfo($"/proc/{pid}/exe").LinkTarget ?? "");
        if (executable.EndsWith(" (deleted)", StringComparison.Ordinal))
            executable = executable[..^" (deleted)".Length];
        if (executable != "dotnet")
            return executable.Length > 0 ? executable : FirstWordOf(pid);
        string? assembly = Array.Find(CommandLine(pid), a => a.EndsWith(".dll", StringComparison.OrdinalIgnoreCase));
        return assembly is null ? executable : Path.GetFileNameWithoutExtension(assembly);
    }

    /// <summary>The name is the process's own choice, and is recorded, listed and sent.</summary>
    private static string Clean(string name) => string.Concat(name.Take(LongestName).Select(c => char.IsControl(c) ? '?' : c));

    private static string FirstWordOf(int pid) => Path.GetFileName(CommandLine(pid).FirstOrDefault() ?? "");

    private static string[] CommandLine(int pid)
    {
        // A command line can be long; the name is in its first words.
        byte[] buffer = new byte[8192];
        using FileStream file = File.OpenRead($"/proc/{pid}/cmdline");
        int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        return Encoding.UTF8.GetString(buffer, 0, length).Split('\0');
    }

    private static DateTimeOffset Started(ulong startTime)
    {
        double uptime = double.Parse(File.ReadAllText("/proc/uptime").Split(' ')[0], CultureInfo.InvariantCulture);
        DateTimeOffset started = DateTimeOffset.UtcNow.AddSeconds((startTime / ClockTicks) - uptime);
        return DateTimeOffset.FromUnixTimeSeconds(started.ToUnixTimeSeconds());
    }
}
