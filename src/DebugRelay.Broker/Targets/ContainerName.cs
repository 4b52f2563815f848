using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;

namespace DebugRelay.Broker.Targets;

/// <summary>The container that a process runs in, by the control group that its container's runtime has put it into. The process itself is never asked.</summary>
[SupportedOSPlatform("linux")]
internal static partial class ContainerName
{
    /// <summary>Characters of an id that people use: `docker ps` and `crictl ps` show these.</summary>
    private const int ShortId = 12;

    /// <summary>Bytes of a list of groups: a dozen lines, each a path.</summary>
    private const int Longest = 64 * 1024;

    /// <summary>The name, or the first twelve digits of the id where containers are known by it.</summary>
    /// <returns>Null where it is in none, or cannot be looked at.</returns>
    public static string? Of(int pid)
    {
        try
        {
            using var reader = new StreamReader(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/cgroup"));
            char[] groups = new char[Longest];
            return In(new string(groups, 0, reader.ReadBlock(groups)));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <param name="groups">The content of /proc/PID/cgroup (cgroups(7)).</param>
    internal static string? In(string groups)
    {
        foreach (string line in groups.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // NUMBER:CONTROLLERS:PATH; the innermost group that is a container's is the container.
            string[] segments = line.Split(':', 3)[^1].Split('/', StringSplitOptions.RemoveEmptyEntries);
            for (int i = segments.Length - 1; i >= 0; i--)
            {
                if (Id().Match(segments[i]) is { Success: true } id)
                    return id.Groups["id"].Value[..ShortId];
                if (Name().Match(segments[i]) is { Success: true } name)
                    return name.Groups["name"].Value;
                if (i > 0 && segments[i - 1] == "lxc")
                    return segments[i];
            }
        }
        return null;
    }

    /// <summary>Docker, Podman, CRI-O, containerd under systemd; a bare id under the others.</summary>
    [GeneratedRegex(@"^((docker|libpod|crio|cri-containerd|containerd|nerdctl)-)?(?<id>[0-9a-f]{64})(\.scope)?$", RegexOptions.CultureInvariant)]
    private static partial Regex Id();

    /// <summary>systemd-nspawn and LXC give names.</summary>
    [GeneratedRegex(@"^(machine-(?<name>[\w.\-]{1,64})\.scope|lxc\.payload\.(?<name>[\w.\-]{1,64}))$", RegexOptions.CultureInvariant)]
    private static partial Regex Name();
}
