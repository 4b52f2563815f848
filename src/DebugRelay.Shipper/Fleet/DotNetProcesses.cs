using DebugRelay.Fleet;

namespace DebugRelay.Shipper.Fleet;

/// <summary>
/// The .NET processes of this network namespace, by the sockets that their runtimes listen on: the kernel lists those to everybody, also where their
/// folders cannot be looked into. Processes of containers have namespaces of their own and are not seen; the agent's own list has them.
/// </summary>
internal static class DotNetProcesses
{
    private const string Mark = "/dotnet-diagnostic-";

    public static HostProcesses Find()
    {
        try
        {
            var names = new SortedSet<string>(StringComparer.Ordinal);
            var ids = new HashSet<int>();
            foreach (string line in File.ReadLines("/proc/net/unix"))
            {
                if (ProcessOf(line) is { } id && Name(id) is { } name && ids.Add(id))
                    names.Add(name);
            }
            return new HostProcesses(ids.Count, [.. names.Take(FleetLimits.ProcessNames)]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return new HostProcesses(0, []);
        }
    }

    /// <summary>`… /tmp/dotnet-diagnostic-PID-KEY-socket`.</summary>
    private static int? ProcessOf(string line)
    {
        int at = line.LastIndexOf(Mark, StringComparison.Ordinal);
        if (at < 0 || !line.EndsWith("-socket", StringComparison.Ordinal))
            return null;
        ReadOnlySpan<char> rest = line.AsSpan(at + Mark.Length);
        return rest.IndexOf('-') is > 0 and var end && int.TryParse(rest[..end], out int id) ? id : null;
    }

    /// <summary>Null where the process is gone and left its socket's name behind.</summary>
    private static string? Name(int id)
    {
        try
        {
            return File.ReadAllText($"/proc/{id}/comm").TrimEnd('\n');
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
