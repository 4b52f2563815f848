using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>Names the stacks: from each thread's stack pointer to the end of its stack. What lies below is dead.</summary>
internal static class StackMap
{
    private const ulong RedZone = 128;
    private const ulong AuxRandom = 25;
    private const ulong AuxPlatform = 15;
    private const ulong AuxProgram = 31;

    /// <summary>Longest stack that is looked at: a main thread's largest usual limit.</summary>
    private const ulong Longest = 1UL << 30;

    /// <summary>Adds every stack to the map.</summary>
    public static void Add(CoreFile core, MemoryMap map)
    {
        foreach (CoreThread thread in core.Notes.Threads)
        {
            ulong start = (thread.StackPointer - RedZone) & ~7UL;
            if (core.Find(start) is not { } first)
                continue;
            ulong end = Contiguous(core, first, start);
            // A thread that pthreads made has its control block, and the next mapping's first byte, above its stack.
            if (thread.ThreadPointer > start && thread.ThreadPointer < end)
                end = thread.ThreadPointer & ~7UL;
            map.Add(start, end, MemoryRule.Stack);
        }
        AddArguments(core, map);
    }

    /// <summary>The kernel writes arguments, environment and the program's path above the main thread's first frame.</summary>
    private static void AddArguments(CoreFile core, MemoryMap map)
    {
        ulong[] texts = [.. new[] { AuxRandom, AuxPlatform, AuxProgram }.Select(type => core.Notes.Auxiliary.GetValueOrDefault(type)).Where(a => a != 0)];
        if (texts.Length > 0 && core.Find(texts.Min()) is { } segment)
            map.Add(texts.Min(), Contiguous(core, segment, texts.Min()), MemoryRule.Nothing);
    }

    private static ulong Contiguous(CoreFile core, CoreSegment segment, ulong start)
    {
        ulong end = segment.End;
        while (end - start < Longest && core.Find(end) is { } next)
            end = next.End;
        return end;
    }
}
