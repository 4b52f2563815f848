using System.Globalization;

namespace DebugRelay.Surfaces.Inventory;

/// <summary>The TCP ports on which a process listens (proc_net(5)).</summary>
internal static class ListeningPorts
{
    private const string Listening = "0A";
    private static readonly string[] Tables = ["tcp", "tcp6"];

    /// <summary>Ports and whether they are open to more than this machine.</summary>
    public static IReadOnlyList<(int Port, bool IsLoopback)> Of(int pid)
    {
        HashSet<string> inodes = [.. ProcFile.Names($"/proc/{pid}/fd").Select(fd => ProcFile.Link($"/proc/{pid}/fd/{fd}")).OfType<string>().Where(l => l.StartsWith("socket:[", StringComparison.Ordinal)).Select(l => l[8..^1])];
        if (inodes.Count == 0)
            return [];
        return [.. Tables.SelectMany(t => (ProcFile.Read($"/proc/{pid}/net/{t}") ?? "").Split('\n')).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length > 9 && f[3] == Listening && inodes.Contains(f[9])).Select(f => Parse(f[1])).Distinct()];
    }

    private static (int Port, bool IsLoopback) Parse(string address)
    {
        string[] parts = address.Split(':');
        // 127.0.0.0/8 in the kernel's order of bytes, ::1, and ::ffff:127.0.0.0/104.
        bool loopback = parts[0].Length == 8 ? parts[0].EndsWith("7F", StringComparison.Ordinal)
            : parts[0] == "00000000000000000000000001000000" || (parts[0].StartsWith("0000000000000000FFFF0000", StringComparison.Ordinal) && parts[0].EndsWith("7F", StringComparison.Ordinal));
        return (int.Parse(parts[1], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture), loopback);
    }
}
