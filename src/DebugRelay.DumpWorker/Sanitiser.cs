using System.Diagnostics;
using DebugRelay.DumpWorker.Clr;
using DebugRelay.DumpWorker.Elf;
using DebugRelay.DumpWorker.Heap;
using DebugRelay.DumpWorker.Output;
using DebugRelay.DumpWorker.Regions;
using DebugRelay.DumpWorker.Verifying;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Runtime;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker;

/// <summary>What to do with a dump.</summary>
/// <param name="MaskLiterals">Mask the program's literals too.</param>
/// <param name="MaskFields">Keep of the program's own objects, and of numbers in boxes and arrays, the references alone.</param>
/// <param name="RuntimeFolder">Where the runtime of the dump lies; null to look for it.</param>
internal sealed record SanitiseOptions(bool MaskLiterals = false, bool MaskFields = false, string? RuntimeFolder = null);

/// <summary>What came of it, before it is verified.</summary>
/// <param name="DacPath">The data access component that the heap was read with; null without a heap.</param>
/// <param name="Reason">Why there is no heap; null where there is one.</param>
/// <param name="Heap">What was done with objects.</param>
/// <param name="Memory">What was done with other memory.</param>
/// <param name="Facts">What a debugger sees in the raw dump.</param>
/// <param name="Canaries">What must not be in the result.</param>
/// <param name="Seconds">Time by stage.</param>
internal sealed record Sanitised(
    string? DacPath,
    string? Reason,
    HeapCounts Heap,
    IReadOnlyDictionary<MemoryRule, (long Bytes, long Kept)> Memory,
    DumpFacts? Facts,
    string[] Canaries,
    SortedDictionary<string, double> Seconds);

/// <summary>Makes of a raw dump one that a debugger can still read and that holds no data: what is not known to be needed and harmless is zero.</summary>
internal sealed class Sanitiser(CoreFile core, FileStream file, SanitiseOptions options, Action<string> onStage)
{
    private readonly MemoryMap _map = new();
    private readonly KnownAddresses _known = new(core);
    private readonly KnownNames _names = new();
    private readonly SortedDictionary<string, double> _seconds = new(StringComparer.Ordinal);

    /// <summary>Writes the sanitised dump.</summary>
    /// <param name="target">An empty file.</param>
    /// <exception cref="DumpException">The dump cannot be read.</exception>
    public Sanitised Run(SafeFileHandle target)
    {
        var output = new SanitisedFile(target, core.Length);
        DacChoice dac = DacFinder.Find(core, options.RuntimeFolder);
        return dac.Path is { } path ? WithHeap(output, path) : WithoutHeap(output, dac.Reason!);
    }

    private Sanitised WithHeap(SanitisedFile output, string dacPath)
    {
        onStage("read");
        using LoadedRuntime loaded = Timed("read", () => LoadedRuntime.Open(core, file, dacPath, isRecording: true));
        ClrHeap heap = loaded.Runtime.Heap;
        _names.AddPublic(core);
        var interrogation = new Interrogation(loaded.Runtime, _names.Add);
        Timed("ask", interrogation.AskAll);
        onStage("heap");
        var types = new ObjectTypes(heap, interrogation, options.MaskFields);
        (HeapCopier copier, HeapWalker walker) = Timed("heap", () => CopyHeap(output, loaded.Runtime, types));
        DumpFacts facts = Timed("facts", () => Facts.Collect(loaded.Runtime, types, walker));
        onStage("native");
        AddRuntimeMemory(loaded.Runtime);
        walker.Unwalked.ForEach(r => _map.Add(r.Start & ~7UL, r.End & ~7UL, MemoryRule.PartialHeap));
        RegionCopier regions = Timed("native", () => CopyRegions(output, loaded.Reader.Recorded));
        string[] canaries = Timed("canaries", () => CanarySet.WithoutPublic(core, CanarySet.OfStart(core).Concat(copier.Strings.Kept).Concat(CanarySet.OfMemory(core, _map, _names)), PublicRanges(heap)));
        return new Sanitised(dacPath, null, copier.Counts, regions.Counts, facts, canaries, _seconds);
    }

    /// <summary>Without the runtime's data access component nothing tells objects from other memory: nothing of it is kept.</summary>
    private Sanitised WithoutHeap(SanitisedFile output, string reason)
    {
        onStage("native");
        _names.AddPublic(core);
        RegionCopier regions = Timed("native", () => CopyRegions(output, new RecordedBytes()));
        string[] canaries = CanarySet.WithoutPublic(core, CanarySet.OfStart(core).Concat(CanarySet.OfMemory(core, _map, _names)), PublicRanges(null));
        return new Sanitised(null, reason, new HeapCounts(), regions.Counts, null, canaries, _seconds);
    }

    private (HeapCopier Copier, HeapWalker Walker) CopyHeap(SanitisedFile output, ClrRuntime runtime, ObjectTypes types)
    {
        foreach (ClrSegment segment in runtime.Heap.Segments)
            _known.Add(segment.Start, Math.Max(segment.End, segment.CommittedMemory.End));
        // A dump without its heap may not even say where that was; the stacks' references do.
        ulong[] elsewhere = [.. runtime.Heap.EnumerateRoots().Take(DumpLimits.Listed).Select(r => r.Object.Address).Where(a => a != 0 && !_known.Contains(a)).Distinct()];
        foreach (ulong address in elsewhere)
            _known.Add(address, address + 8);
        var copier = new HeapCopier(core, types, _known, output, keepLiterals: !options.MaskLiterals);
        var walker = new HeapWalker(core, types, HeapWalker.ReservedIn(runtime), copier);
        foreach (ObjectRange range in HeapWalker.RangesOf(runtime.Heap))
        {
            copier.Begin(range);
            walker.Walk(range);
        }
        copier.Counts.Unwalked = walker.Unwalked.Sum(u => (long)(u.End - u.Start));
        copier.CopyStackTraces();
        return (copier, walker);
    }

    private RegionCopier CopyRegions(SanitisedFile output, RecordedBytes recorded)
    {
        ImageMap.Add(core, _map, recorded, _names);
        StackMap.Add(core, _map);
        new NoteCopier(core, _known, output).Copy();
        var copier = new RegionCopier(core, _map, recorded, _known, _names, output);
        copier.Copy();
        return copier;
    }

    private void AddRuntimeMemory(ClrRuntime runtime)
    {
        var whole = new WholeRanges(core, _map, runtime.Heap.Segments);
        foreach (ClrNativeHeapInfo heap in runtime.EnumerateClrNativeHeaps().Take(DumpLimits.Listed))
        {
            bool isFree = heap.Kind is NativeHeapKind.GCFreeRegion or NativeHeapKind.GCFreeGlobalHugeRegion or NativeHeapKind.GCFreeGlobalRegion
                or NativeHeapKind.GCFreeSohSegment or NativeHeapKind.GCFreeUohSegment;
            if (heap.State == ClrNativeHeapState.RegionOfRegions)
                continue;
            _known.Add(heap.MemoryRange.Start, heap.MemoryRange.End);
            if (isFree)
                _map.Add(heap.MemoryRange.Start, heap.MemoryRange.End, MemoryRule.Nothing);
            else
                whole.OfferHeap(heap.MemoryRange.Start, heap.MemoryRange.End);
        }
        foreach (ClrModule module in runtime.EnumerateModules().Where(m => m.ImageBase != 0))
            whole.OfferLibrary(module.ImageBase, module.Size);
        whole.AddAll();
        foreach (ClrSegment segment in runtime.Heap.Segments)
            _map.Add(segment.Start - 8, Math.Max(segment.End, segment.CommittedMemory.End), MemoryRule.ManagedHeap);
    }

    private TextSearchRanges PublicRanges(ClrHeap? heap)
    {
        var ranges = new List<(ulong, ulong)>();
        foreach (CoreSegment segment in core.Segments)
            ranges.AddRange(_map.Within(segment.Address, segment.End).Where(r => r.Rule == MemoryRule.Image).Select(r => (r.Start, r.End)));
        if (heap is not null && !options.MaskLiterals)
            ranges.AddRange(heap.Segments.Where(s => s.Kind == GCSegmentKind.Frozen).Select(s => (s.Start, s.End)));
        return new TextSearchRanges(ranges);
    }

    private T Timed<T>(string stage, Func<T> work)
    {
        long start = Stopwatch.GetTimestamp();
        TimeSpan processor = Environment.CpuUsage.TotalTime;
        T result = work();
        _seconds[stage] = Math.Round(Stopwatch.GetElapsedTime(start).TotalSeconds, 3);
        _seconds[stage + "-processor"] = Math.Round((Environment.CpuUsage.TotalTime - processor).TotalSeconds, 3);
        return result;
    }

    private void Timed(string stage, Action work) => Timed(stage, () =>
    {
        work();
        return true;
    });
}
