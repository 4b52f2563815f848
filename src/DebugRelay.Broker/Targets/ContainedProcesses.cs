using System.Globalization;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Targets;

/// <summary>.NET processes whose sockets do not lie where this one's would: in containers and other mount namespaces, or in a folder for temporary files of their own.</summary>
/// <remarks>Their sockets lie in their own file systems, named by the ids that they have in their own process namespaces.</remarks>
[SupportedOSPlatform("linux")]
internal static class ContainedProcesses
{
    private const string UsualFolder = "/tmp";

    /// <summary>Bytes of an environment that are looked at for the folder of temporary files.</summary>
    private const int Environment = 64 * 1024;

    /// <summary>All of them.</summary>
    public static IEnumerable<UnixEndpoint> FindAll(IReadOnlySet<int> hidden)
    {
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && !hidden.Contains(pid)
                && ProcessFacts.StartTime(pid) is { } startTime && Find(pid, startTime) is { } endpoint)
                yield return endpoint;
        }
    }

    /// <summary>The process with this pid on the host and this start time.</summary>
    /// <returns>Null when there is none, or it has no diagnostic socket there.</returns>
    public static UnixEndpoint? Find(int pid, ulong startTime)
    {
        try
        {
            if (NamespaceOf(pid.ToString(CultureInfo.InvariantCulture)) is not { } theirs || InnerPid(pid) is not { } inner)
                return null;
            string name = ProcessFinder.NameOf(inner, startTime);
            string? usual = theirs == NamespaceOf("self") ? null : UsualFolder;
            foreach (string folder in new[] { TemporaryFolder(pid), usual }.OfType<string>().Distinct())
            {
                if (HasSocket(pid, folder, name) && ProcessFacts.Read(pid) is { } process && process.StartTime == startTime)
                    return new UnixEndpoint($"{folder.TrimEnd('/')}/{name}", process) { FolderInTarget = folder, IsElsewhere = true };
            }
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Another's process, or it is gone.
        }
        return null;
    }

    private static bool HasSocket(int pid, string folder, string name)
    {
        try
        {
            using SafeFileHandle opened = UnixCalls.OpenFolderIn($"/proc/{pid}/root", folder);
            return File.Exists($"/proc/self/fd/{opened.DangerousGetHandle()}/{name}");
        }
        catch (IOException)
        {
            return false;
        }
    }

    private static string? NamespaceOf(string process) => new FileInfo($"/proc/{process}/ns/mnt").LinkTarget;

    /// <summary>The last of its ids is the one in its own namespace.</summary>
    private static int? InnerPid(int pid)
    {
        string? line = File.ReadLines($"/proc/{pid}/status").FirstOrDefault(l => l.StartsWith("NSpid:", StringComparison.Ordinal));
        return int.TryParse(line?.Split('\t')[^1], NumberStyles.None, CultureInfo.InvariantCulture, out int inner) ? inner : null;
    }

    /// <summary>Where its runtime puts its socket, by the environment that it was started with: a path, and nothing else is taken from there.</summary>
    private static string? TemporaryFolder(int pid)
    {
        byte[] buffer = new byte[Environment];
        using FileStream file = File.OpenRead($"/proc/{pid}/environ");
        int length = file.ReadAtLeast(buffer, buffer.Length, throwOnEndOfStream: false);
        string? variable = Array.Find(Encoding.UTF8.GetString(buffer, 0, length).Split('\0'), v => v.StartsWith("TMPDIR=/", StringComparison.Ordinal));
        return variable?["TMPDIR=".Length..];
    }
}
