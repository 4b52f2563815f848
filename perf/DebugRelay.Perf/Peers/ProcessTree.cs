using System.Globalization;

namespace DebugRelay.Perf.Peers;

/// <summary>What a process and all that it has started have used.</summary>
/// <param name="Seconds">Processor time, with that of children that have ended.</param>
/// <param name="Resident">Bytes of memory now; what processes share counts in each.</param>
internal readonly record struct Usage(double Seconds, long Resident)
{
    public static Usage operator +(Usage a, Usage b) => new(a.Seconds + b.Seconds, a.Resident + b.Resident);
}

/// <summary>Reads /proc.</summary>
internal static class ProcessTree
{
    private const double TicksPerSecond = 100;

    /// <summary>Sums over trees of processes; a root that is gone counts as nothing.</summary>
    public static Usage Of(params IEnumerable<int> roots)
    {
        Dictionary<int, Stat> all = [];
        foreach (string folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out int pid) && Stat.TryRead(pid) is { } stat)
                all[pid] = stat;
        }
        ILookup<int, int> children = all.ToLookup(each => each.Value.Parent, each => each.Key);
        return roots.Aggregate(default(Usage), (sum, root) => sum + Below(root));

        Usage Below(int pid) => all.TryGetValue(pid, out Stat? stat)
            ? children[pid].Aggregate(new Usage(stat.Own + stat.OfEndedChildren, stat.Pages * Environment.SystemPageSize), (sum, child) => sum + Below(child))
            : default;
    }

    /// <summary>Of one process alone, in seconds; what its ended children took, too.</summary>
    public static double SecondsOf(int pid) => Stat.TryRead(pid)?.Own ?? 0;

    /// <summary>What the ended children of this process took.</summary>
    public static double SecondsOfEndedChildren() => Stat.TryRead(Environment.ProcessId)!.OfEndedChildren;

    private sealed record Stat(int Parent, double Own, double OfEndedChildren, long Pages)
    {
        public static Stat? TryRead(int pid)
        {
            try
            {
                string text = File.ReadAllText($"/proc/{pid}/stat");
                string[] fields = text[(text.LastIndexOf(')') + 2)..].Split(' ');
                return new Stat((int)Number(1), (Number(11) + Number(12)) / TicksPerSecond, (Number(13) + Number(14)) / TicksPerSecond, Number(21));

                long Number(int field) => long.Parse(fields[field], CultureInfo.InvariantCulture);
            }
            catch (IOException)
            {
                // It has ended.
                return null;
            }
        }
    }
}
