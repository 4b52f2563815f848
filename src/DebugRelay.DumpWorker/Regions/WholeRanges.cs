using DebugRelay.DumpWorker.Elf;
using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>
/// Ranges that are kept whole by the word of the process's own structures. These may be broken or lie: a range that cannot be what it is said to be is
/// treated as any other memory.
/// </summary>
internal sealed class WholeRanges(CoreFile core, MemoryMap map, IReadOnlyList<ClrSegment> managed)
{
    private readonly SortedSet<(ulong Start, ulong End)> _heaps = [];

    /// <summary>Offers a heap of the runtime.</summary>
    public void OfferHeap(ulong start, ulong end)
    {
        if (end > start && end - start <= DumpLimits.RuntimeHeap && !IsOthers(start, end))
            _heaps.Add((start, end));
    }

    /// <summary>Offers a library that the program loaded from its own memory: there it lies as the library's file would.</summary>
    public void OfferLibrary(ulong start, ulong size)
    {
        if (ImageMap.PortableExecutableSize(core, start) is not { } stated || size == 0 || size > int.MaxValue)
            return;
        ulong end = start + Math.Min(size, stated);
        // Its pieces may be mapped from the program's own file, one by one.
        if (!IsOthers(start, end, mapped: false))
            map.Add(start, end, MemoryRule.Image);
    }

    /// <summary>Names the heaps, but for those in which another one begins: their ends are wrong.</summary>
    public void AddAll()
    {
        (ulong Start, ulong End)[] heaps = [.. _heaps];
        for (int i = 0; i < heaps.Length; i++)
        {
            // Sorted by start, then end: what begins inside this one comes next.
            bool overlaps = i + 1 < heaps.Length && heaps[i + 1].Start < heaps[i].End && heaps[i + 1].Start != heaps[i].Start;
            if (!overlaps)
                map.Add(heaps[i].Start, heaps[i].End, MemoryRule.RuntimeHeap);
        }
    }

    /// <summary>Whether something lies in the range that is no heap's: a thread's stack or control block, a mapped file, objects.</summary>
    private bool IsOthers(ulong start, ulong end, bool mapped = true)
        => core.Notes.Threads.Any(t => (t.StackPointer >= start && t.StackPointer < end) || (t.ThreadPointer >= start && t.ThreadPointer < end))
            || (mapped && core.Notes.Mappings.Any(m => m.Start < end && start < m.End))
            || managed.Any(s => s.Start < end && start < s.End);
}
