using System.Runtime.Versioning;
using DebugRelay.Protocol.Unix.Confinement;

namespace DebugRelay.Broker.Workers;

/// <summary>Takes from a thread, and so from the program that it starts, what a worker does not need.</summary>
[SupportedOSPlatform("linux")]
internal static class Confinement
{
    /// <summary>The target comes first, and then who can take access away: hundreds of workers at once must not keep either from running.</summary>
    private const int Nice = 5;

    private const UnixFileMode ForAll = UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly string[] Devices = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

    /// <summary>
    /// Libraries, and what the C library, OpenSSL and the runtime read when they start. Of /proc a program needs its own folder, which nobody can name before it
    /// is there: what others' folders show to everybody it could read too. The runtime's last word on it is the worker's own, see its filter.
    /// </summary>
    private static readonly string[] OfPrograms =
    [
        "/usr/lib", "/usr/lib32", "/usr/lib64", "/usr/local/lib", "/lib", "/lib64", "/etc/ld.so.cache", "/etc/ssl/openssl.cnf", "/etc/pki/tls/openssl.cnf", "/etc/crypto-policies",
        "/etc/dotnet", "/proc", "/sys/fs/cgroup", "/sys/devices/system",
    ];

    /// <summary>Folders in which runtimes are installed, where these programs come without one of their own.</summary>
    private static IReadOnlyList<string> Runtimes { get; } =
    [
        .. new[] { Environment.GetEnvironmentVariable("DOTNET_ROOT"), RunningRuntime }.OfType<string>().Where(Path.IsPathRooted),
        "/usr/share/dotnet", "/usr/lib/dotnet", "/usr/lib64/dotnet", "/opt/dotnet",
    ];

    /// <summary>Where the runtime of this process is installed: shared/NAME/VERSION lie below. Null where it has its own.</summary>
    private static string? RunningRuntime
        => Path.GetDirectoryName(AppContext.GetData("FX_DEPS_FILE") as string) is { } version && version.Contains("/shared/", StringComparison.Ordinal)
            ? Path.GetFullPath(Path.Combine(version, "..", "..", ".."))
            : null;

    /// <summary>Takes from the calling thread what a worker does not need.</summary>
    /// <param name="program">The program that it is going to start.</param>
    /// <param name="readable">What that may read besides itself and the runtime.</param>
    /// <param name="processors">Processors that it may use; 0: all.</param>
    public static LostRights Take(string program, IReadOnlyList<string> readable, int processors)
    {
        var applied = new List<string>();
        var missing = new List<string>();
        void Note(bool isApplied, string name, Func<string> why)
        {
            if (isApplied)
                applied.Add(name);
            else
                missing.Add($"{name}: {why()}");
        }

        bool left = ThreadRights.LeaveNetwork();
        string problem = ThreadRights.LastProblem;
        Note(left || HasNoNetwork(), "empty-network", () => problem);
        Note(ThreadRights.LowerPriority(Nice), "low-priority", () => ThreadRights.LastProblem);
        if (processors > 0)
            Note(ThreadRights.UseProcessors(processors), "few-processors", () => ThreadRights.LastProblem);
        Note(ThreadRights.GainNoPrivileges(), "no-new-privileges", () => ThreadRights.LastProblem);
        if (ClosedTo(program) is { } closed)
            missing.Add($"own-user: others may not read {closed}");
        else
            Note(ThreadRights.BecomeUser(WorkerUser.Fresh()), "own-user", () => ThreadRights.LastProblem);
        Note(ThreadRights.DropCapabilities(), "no-capabilities", () => ThreadRights.LastProblem);
        Note(FileRules.Apply([AppContext.BaseDirectory, .. Runtimes, .. OfPrograms, .. readable], Devices), "program-files-only", () => "this kernel has no Landlock");
        return new LostRights(applied, missing);
    }

    /// <summary>Whether we have no network ourselves, as a service that systemd has put into an empty one.</summary>
    private static bool HasNoNetwork()
    {
        try
        {
            return File.ReadLines("/proc/self/net/dev").Skip(2).All(line => line.TrimStart().StartsWith("lo:", StringComparison.Ordinal));
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The first of its files or folders that another user could not read: libraries are loaded as they are needed. Null where there is none.</summary>
    private static string? ClosedTo(string program)
    {
        foreach (string path in (string[])[program, .. RunningRuntime is { } runtime ? (string[])[runtime] : []])
        {
            if (!IsOpen(path, ForAll))
                return path;
            for (DirectoryInfo? folder = Directory.GetParent(path); folder is not null; folder = folder.Parent)
            {
                if (!IsOpen(folder.FullName, UnixFileMode.OtherExecute))
                    return folder.FullName;
            }
        }
        return null;
    }

    private static bool IsOpen(string path, UnixFileMode needed) => (File.GetUnixFileMode(path) & needed) == needed;
}
