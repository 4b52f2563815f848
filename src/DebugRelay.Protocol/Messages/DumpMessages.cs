namespace DebugRelay.Protocol.Messages;

/// <summary>A line that the dump worker writes: one of the three is set. The last line is a report or a failure.</summary>
public sealed record DumpLine(DumpProgress? Progress = null, DumpReport? Report = null, Refused? Failure = null);

/// <summary>How far it is.</summary>
/// <param name="Stage">What is being done: take, read, heap, native, verify.</param>
/// <param name="Done">Bytes done of the stage; 0 where the stage counts none.</param>
/// <param name="Total">Bytes of the stage; 0 where it counts none.</param>
public sealed record DumpProgress(string Stage, long Done, long Total);

/// <summary>What was done to a dump: counts, never values.</summary>
/// <param name="Bytes">Bytes of the sanitised dump, as many as the raw one had.</param>
/// <param name="Sha256">Its SHA-256, hexadecimal.</param>
/// <param name="Runtime">Version of the runtime that the dump holds; null where it was not read.</param>
/// <param name="Heap">Whether the managed heap is in it: without the runtime's data access component it is not.</param>
/// <param name="Reason">Why the heap is not in it; null where it is.</param>
/// <param name="Options">Options that were on.</param>
/// <param name="Masked">What was masked and kept of the managed heap, counts by kind.</param>
/// <param name="Memory">Memory by the rule that was applied to it.</param>
/// <param name="Verified">What was compared with the raw dump; null without a heap.</param>
/// <param name="Canaries">Texts of the target (arguments, environment, strings of its heap) that were looked for in the result and not found.</param>
/// <param name="Isolation">What the process that did this was confined by.</param>
/// <param name="Seconds">Time by stage.</param>
/// <param name="Risks">What may still be in it, a line each.</param>
public sealed record DumpReport(
    long Bytes,
    string Sha256,
    string? Runtime,
    bool Heap,
    string? Reason,
    string[] Options,
    SortedDictionary<string, long> Masked,
    SortedDictionary<string, DumpMemory> Memory,
    DumpFacts? Verified,
    int Canaries,
    string[] Isolation,
    SortedDictionary<string, double> Seconds,
    string[] Risks);

/// <summary>Memory under one rule.</summary>
/// <param name="Bytes">Bytes of the process.</param>
/// <param name="Kept">Bytes of them that were let through; the others are zero.</param>
public sealed record DumpMemory(long Bytes, long Kept);

/// <summary>What a debugger sees in a dump: counts, and a hash over the things themselves.</summary>
/// <param name="Objects">Objects of the managed heap, free ones included.</param>
/// <param name="Types">Kinds of them.</param>
/// <param name="Histogram">SHA-256 over type, count and bytes, each.</param>
/// <param name="Walk">SHA-256 over the first objects of each segment as a debugger's library walks them, and over places where no object was found.</param>
/// <param name="Threads">Managed threads.</param>
/// <param name="Frames">Frames of all their stacks.</param>
/// <param name="Stacks">SHA-256 over all frames.</param>
/// <param name="Roots">Roots of the heap.</param>
/// <param name="RootHash">SHA-256 over address, kind and object, each.</param>
public sealed record DumpFacts(long Objects, int Types, string Histogram, string Walk, int Threads, int Frames, string Stacks, int Roots, string RootHash);
