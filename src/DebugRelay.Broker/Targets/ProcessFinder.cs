using System.Globalization;
using System.Runtime.Versioning;
using System.Text.RegularExpressions;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Targets;

/// <summary>Finds the .NET processes of this host by their diagnostic sockets.</summary>
/// <param name="hidden">Our own processes: they are no targets.</param>
/// <param name="folders">Where sockets lie.</param>
/// <param name="callers">Those that call us; null where we take no calls.</param>
[SupportedOSPlatform("linux")]
internal sealed partial class ProcessFinder(IReadOnlySet<int> hidden, IReadOnlyList<string> folders, CallingTargets? callers = null) : ITargetFinder
{
    /// <summary>Where a runtime puts its socket: its TMPDIR, which is mostly also ours, else /tmp.</summary>
    public static IReadOnlyList<string> UsualFolders { get; } = [.. new[] { Path.GetTempPath().TrimEnd('/'), "/tmp" }.Distinct()];

    /// <inheritdoc/>
    public IReadOnlySet<int> Hidden => hidden;

    /// <inheritdoc cref="ITargetFinder.FindAll"/>
    public IReadOnlyList<UnixEndpoint> FindAll()
    {
        var found = new SortedDictionary<int, UnixEndpoint>();
        foreach (string folder in folders.Where(Directory.Exists))
        {
            foreach (string path in Directory.EnumerateFiles(folder, "dotnet-diagnostic-*-socket"))
            {
                if (Inspect(path) is { } endpoint)
                    found.TryAdd(endpoint.Process.Pid, endpoint);
            }
        }
        foreach (UnixEndpoint endpoint in ContainedProcesses.FindAll(hidden))
            found.TryAdd(endpoint.Process.Pid, endpoint);
        foreach (UnixEndpoint endpoint in callers?.FindAll().Where(e => !hidden.Contains(e.Process.Pid)) ?? [])
            found.TryAdd(endpoint.Process.Pid, endpoint);
        return [.. found.Values];
    }

    /// <inheritdoc cref="ITargetFinder.Find"/>
    public UnixEndpoint? Find(int pid, ulong startTime)
        => folders.Select(folder => Path.Combine(folder, NameOf(pid, startTime))).Where(File.Exists).Select(Inspect).FirstOrDefault(e => e is not null)
            ?? (hidden.Contains(pid) ? null : ContainedProcesses.Find(pid, startTime) ?? callers?.Find(pid, startTime));

    /// <inheritdoc/>
    public void Began(TargetProcess process) => callers?.Began(process);

    IReadOnlyList<DiagnosticEndpoint> ITargetFinder.FindAll() => FindAll();

    DiagnosticEndpoint? ITargetFinder.Find(int pid, ulong startTime) => Find(pid, startTime);

    /// <summary>What a runtime calls its socket.</summary>
    public static string NameOf(int pid, ulong startTime) => string.Create(CultureInfo.InvariantCulture, $"dotnet-diagnostic-{pid}-{startTime}-socket");

    /// <summary>A socket that outlived its process bears the start time of the dead one.</summary>
    private UnixEndpoint? Inspect(string path)
    {
        Match name = SocketName().Match(Path.GetFileName(path));
        if (!name.Success
            || !int.TryParse(name.Groups["pid"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out int pid)
            || !ulong.TryParse(name.Groups["key"].ValueSpan, NumberStyles.None, CultureInfo.InvariantCulture, out ulong key)
            // With zeros before them, anybody's file could stand before the runtime's own.
            || Path.GetFileName(path) != NameOf(pid, key)
            || hidden.Contains(pid))
            return null;
        return ProcessFacts.Read(pid) is { } process && process.StartTime == key ? new UnixEndpoint(path, process) : null;
    }

    [GeneratedRegex(@"^dotnet-diagnostic-(?<pid>[0-9]{1,10})-(?<key>[0-9]{1,20})-socket$", RegexOptions.CultureInvariant)]
    private static partial Regex SocketName();
}
