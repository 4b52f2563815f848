using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>Names the stacks: from each thread's stack pointer to the end of its stack. What lies below is dead, and nothing of it stays.</summary>
internal static class StackMap
{
    private const ulong RedZone = 128;

    /// <summary>What pthreads keeps of a thread above its thread pointer, and room to spare.</summary>
    private const ulong ControlBlock = 4096;

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
            if (core.Find(thread.StackPointer) is not { } first)
                continue;
            ulong end = Contiguous(core, first, thread.StackPointer);
            // A thread that pthreads made has its control block, and the next mapping's first byte, above its stack.
            if (thread.ThreadPointer > start && thread.ThreadPointer < end)
                end = thread.ThreadPointer & ~7UL;
            map.Add(start, end, MemoryRule.Stack);
            map.Add(Lowest(core, first, thread), start, MemoryRule.DeadStack);
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
        while (end - start < Longest && core.Find(end) is { IsWritable: true } next)
            end = next.End;
        return end;
    }

    /// <summary>A stack ends below at a page that nobody may touch, at one that is not in the dump, or at the control block of the thread whose stack comes next.</summary>
    private static ulong Lowest(CoreFile core, CoreSegment segment, CoreThread thread)
    {
        ulong start = segment.Address;
        while (segment.End - start < Longest && core.Find(start - 1) is { IsWritable: true } next)
            start = next.Address;
        foreach (CoreThread other in core.Notes.Threads.Where(t => t.ThreadPointer > start && t.ThreadPointer < thread.StackPointer))
            start = Math.Min(other.ThreadPointer + ControlBlock, thread.StackPointer);
        return start;
    }
}
