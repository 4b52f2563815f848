using DebugRelay.DumpWorker.Clr;
using DebugRelay.DumpWorker.Elf;
using DebugRelay.DumpWorker.Heap;
using DebugRelay.DumpWorker.Regions;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Verifying;

/// <summary>What a result must be. It holds texts of the target: it goes from process to process through a pipe alone.</summary>
/// <param name="Facts">What a debugger sees in the raw dump; null where the result has no heap.</param>
/// <param name="DacPath">The component that the raw dump was read with; null where there is none.</param>
/// <param name="LiteralsKept">Whether the program's literals are in the result.</param>
/// <param name="Canaries">Texts that must not be in it.</param>
internal sealed record Expectation(DumpFacts? Facts, string? DacPath, bool LiteralsKept, string[] Canaries);

/// <summary>What was found.</summary>
/// <param name="Fault">Why the result must be withheld; null where it may go.</param>
/// <param name="Processor">Seconds of processor time that it took to say so.</param>
internal sealed record VerifierAnswer(string? Fault, double Processor = 0);

/// <summary>Opens a sanitised dump as its reader will, and holds it against what it must be. A process of its own does it, after the one that sanitised.</summary>
internal static class Verifier
{
    /// <summary>Checks the dump.</summary>
    public static VerifierAnswer Verify(CoreFile core, FileStream file, Expectation expected)
    {
        if (expected is not { Facts: { } facts, DacPath: { } dac })
            return new VerifierAnswer(Leak(core, [], expected));
        using LoadedRuntime loaded = LoadedRuntime.Open(core, file, dac, isRecording: false);
        (ulong, ulong)[] literals = [.. loaded.Runtime.Heap.Segments.Where(s => s.Kind == GCSegmentKind.Frozen).Select(s => (s.Start, s.End))];
        // The search needs nothing of the library, which serves one thread.
        Task<string?> searching = Task.Run(() => Leak(core, literals, expected));
        string? difference = Difference(facts, Collect(core, loaded.Runtime));
        return new VerifierAnswer(searching.GetAwaiter().GetResult() ?? difference);
    }

    private static DumpFacts Collect(CoreFile core, ClrRuntime runtime)
    {
        var types = new ObjectTypes(runtime.Heap);
        var walker = new HeapWalker(core, types, HeapWalker.ReservedIn(runtime));
        foreach (ObjectRange range in HeapWalker.RangesOf(runtime.Heap))
            walker.Walk(range);
        return Facts.Collect(runtime, types, walker);
    }

    private static string? Leak(CoreFile core, (ulong Start, ulong End)[] literals, Expectation expected)
    {
        var map = new MemoryMap();
        ImageMap.Add(core, map, new RecordedBytes(), new KnownNames());
        foreach ((ulong start, ulong end) in expected.LiteralsKept ? literals : [])
            map.Add(start, end, MemoryRule.Image);
        var search = new TextSearch(expected.Canaries);
        foreach (CoreSegment segment in core.Segments)
        {
            foreach (RuledRange range in map.Within(segment.Address, segment.End).Where(r => r.Rule != MemoryRule.Image))
                search.Search(core, range.Start, range.End);
        }
        foreach (CoreNote note in core.Notes.All.Where(n => n.Kind != CoreNotes.MappedFiles))
            search.Search(core.FileBytes(note.Offset, note.Length), 0);
        return search.Found.Count == 0 ? null : $"{search.Found.Count} of {expected.Canaries.Length} texts of the process are still in the result, the first at {search.Found.Values.Min():x}";
    }

    private static string? Difference(DumpFacts raw, DumpFacts result)
    {
        if (result == raw)
            return null;
        if (result.Objects != raw.Objects)
            return $"the result has {result.Objects} objects where the dump has {raw.Objects}";
        if (result.Histogram != raw.Histogram)
            return $"the result's {result.Types} types of objects differ from the dump's {raw.Types}";
        if (result.Walk != raw.Walk)
            return $"a debugger walks the result's {result.Objects} objects in another way than the dump's";
        if (result.Stacks != raw.Stacks)
            return $"the stacks differ: {result.Threads} threads with {result.Frames} frames, in the dump {raw.Threads} with {raw.Frames}";
        return $"the roots differ: {result.Roots}, in the dump {raw.Roots}";
    }
}
