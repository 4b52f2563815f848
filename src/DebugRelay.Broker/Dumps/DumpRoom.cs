using System.Globalization;
using System.Runtime.Versioning;
using DebugRelay.Protocol;

namespace DebugRelay.Broker.Dumps;

/// <summary>Whether the host has room for a dump, asked before its target is stopped.</summary>
[SupportedOSPlatform("linux")]
internal static class DumpRoom
{
    /// <summary>A dump without the heap: stacks and the runtime's own tables.</summary>
    private const long WithoutHeap = 64L * 1024 * 1024;

    private const string MemoryFileSystem = "tmpfs";

    /// <summary>How large a dump of a process can get: what it has mapped and may read, or of a smaller type what it wrote.</summary>
    /// <param name="pid">The process.</param>
    /// <param name="type">As the runtime counts them.</param>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static long Largest(int pid, uint type)
    {
        if (type is DumpTypes.Mini or DumpTypes.Triage)
            return WithoutHeap;
        long bytes = 0;
        foreach (string line in File.ReadLines(string.Create(CultureInfo.InvariantCulture, $"/proc/{pid}/maps")))
        {
            // 7f12…-7f13… rw-p 00000000 00:00 0   [stack]
            string[] fields = line.Split(' ', 6);
            if (fields.Length < 2 || fields[1].Length < 2 || fields[1][0] != 'r' || (type == DumpTypes.Heap && fields[1][1] != 'w'))
                continue;
            string[] ends = fields[0].Split('-');
            bytes += (long)(Convert.ToUInt64(ends[1], 16) - Convert.ToUInt64(ends[0], 16));
        }
        return bytes + WithoutHeap;
    }

    /// <summary>Makes sure of it.</summary>
    /// <param name="folder">Where both files lie, the raw dump and the sanitised one.</param>
    /// <param name="bytes">Of the raw one.</param>
    /// <exception cref="ProtocolException">There is none.</exception>
    public static void Check(string folder, long bytes)
    {
        var drive = new DriveInfo(folder);
        long needed = (bytes * 2) + Limits.DumpLeavesFree, memory = AvailableMemory();
        if (drive.AvailableFreeSpace < needed)
            throw new ProtocolException(ErrorCode.Storage, $"the host has {drive.AvailableFreeSpace >> 20} MB free where dumps are made, and this one may need {needed >> 20} MB: ask for a smaller type, or let operations make room in the spool folder");
        // Files in memory take memory.
        long inMemory = drive.DriveFormat == MemoryFileSystem ? needed : 0;
        if (memory < Limits.DumpMemory + inMemory)
            throw new ProtocolException(ErrorCode.Storage, $"the host has {memory >> 20} MB of memory left, and this dump may need {(Limits.DumpMemory + inMemory) >> 20} MB: ask for a smaller type, or try again later");
    }

    private static long AvailableMemory()
    {
        string line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemAvailable:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}

/// <summary>Types of dumps as the runtime counts them.</summary>
internal static class DumpTypes
{
    public const uint Mini = 1;
    public const uint Heap = 2;
    public const uint Triage = 3;
    public const uint Full = 4;

    /// <summary>The type that an operation writes.</summary>
    public static uint Of(string operation) => operation switch
    {
        Policy.Rules.Operations.DumpMini => Mini,
        Policy.Rules.Operations.DumpTriage => Triage,
        Policy.Rules.Operations.DumpHeap => Heap,
        Policy.Rules.Operations.DumpFull => Full,
        _ => throw new ArgumentException($"{operation} writes no dump", nameof(operation)),
    };
}
