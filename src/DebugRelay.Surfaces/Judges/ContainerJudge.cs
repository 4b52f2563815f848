using System.Globalization;
using System.Text.RegularExpressions;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>What takes a container's walls away, in whichever notation it is written.</summary>
public static partial class ContainerJudge
{
    private static readonly string[] TracingCapabilities = ["SYS_PTRACE", "SYS_ADMIN", "PERFMON", "BPF", "ALL"];

    /// <summary>A capability that is added.</summary>
    public static Surface? Capability(string name, Place place)
    {
        string bare = name.Trim().ToUpperInvariant();
        bare = bare.StartsWith("CAP_", StringComparison.Ordinal) ? bare[4..] : bare;
        return TracingCapabilities.Contains(bare) ? Surface.Of("DBG406", place, $"the capability {bare} is added") : null;
    }

    /// <summary>A seccomp or AppArmor profile.</summary>
    public static Surface? Confinement(string option, Place place)
        => Unconfined().IsMatch(option) ? Surface.Of("DBG412", place, $"{option} takes the confinement away") : null;

    /// <summary>A path of the host that a container gets to see.</summary>
    public static Surface? HostPath(string path, Place place)
    {
        string bare = path.Length > 1 ? path.TrimEnd('/') : path;
        bool exposes = bare is "/" or "/proc" or "/tmp" or "/var/run/docker.sock" or "/run/docker.sock" or "/var/tmp"
            || bare.EndsWith("containerd.sock", StringComparison.Ordinal) || bare.EndsWith("crio.sock", StringComparison.Ordinal)
            || Dumps().IsMatch(bare);
        return exposes ? Surface.Of("DBG409", place, $"the host's {bare} is mounted") : null;
    }

    /// <summary>A port that is opened to others.</summary>
    /// <param name="port">`4711`, `8080:4711` or `4711/tcp`.</param>
    /// <param name="place">Where.</param>
    /// <param name="hasTool">Whether there is more than the number to say that a debug tool is behind it.</param>
    public static Surface? Port(string port, Place place, bool hasTool = false)
    {
        Match match = ContainerPort().Match(port.Trim());
        return match.Success && int.TryParse(match.Groups[1].Value, NumberStyles.None, CultureInfo.InvariantCulture, out int number) && DebugPorts.NameOf(number) is { } name
            ? Surface.Of("DBG316", place, $"port {number} is opened, on which {name} usually listens", hasTool ? null : Severity.Low)
            : null;
    }

    /// <summary>`docker run` and `podman run`.</summary>
    internal static IEnumerable<Surface> JudgeRun(CommandLine line)
    {
        int engine = Math.Max(line.IndexOf("docker"), line.IndexOf("podman"));
        if (engine < 0 || !line.Words.Skip(engine + 1).Take(2).Any(w => w is "run" or "create"))
            return [];
        IEnumerable<Surface?> found =
        [
            line.Has("--privileged") || line.Has("--privileged=true") ? Surface.Of("DBG407", line.Place, "the container is privileged") : null,
            .. line.ValuesOf("--pid").Select(p => Pid(p, line.Place)),
            .. line.ValuesOf("--cap-add").Select(c => Capability(c, line.Place)),
            .. line.ValuesOf("--security-opt").Select(o => Confinement(o, line.Place)),
            .. line.ValuesOf("-v", "--volume").Select(v => HostPath(v.Split(':')[0], line.Place)),
            .. line.ValuesOf("-p", "--publish").Select(p => Port(p, line.Place)),
        ];
        return found.OfType<Surface>();
    }

    /// <summary>A shared process namespace.</summary>
    public static Surface? Pid(string value, Place place) => value switch
    {
        "host" => Surface.Of("DBG408", place, "the container is in the host's process namespace"),
        _ when value.StartsWith("container:", StringComparison.Ordinal) || value.StartsWith("service:", StringComparison.Ordinal)
            => Surface.Of("DBG405", place, $"the container shares the process namespace of {value[(value.IndexOf(':', StringComparison.Ordinal) + 1)..]}"),
        _ => null,
    };

    [GeneratedRegex(@"^(seccomp|apparmor)[:=]unconfined$|^unconfined$", RegexOptions.IgnoreCase)]
    private static partial Regex Unconfined();

    [GeneratedRegex(@"/(crash|core|cores|dump|dumps|coredumps?|minidumps?)$", RegexOptions.IgnoreCase)]
    private static partial Regex Dumps();

    /// <summary>The container's side of `8080:4711/tcp`, or a number alone.</summary>
    [GeneratedRegex(@"^(?:.*:)?(\d{2,5})(?:-\d+)?(?:/(?:tcp|udp))?$")]
    private static partial Regex ContainerPort();
}
