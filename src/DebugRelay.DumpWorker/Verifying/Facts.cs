using System.Security.Cryptography;
using System.Text;
using DebugRelay.DumpWorker.Heap;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Verifying;

/// <summary>Collects what a debugger sees, so that the raw and the sanitised dump can be held against each other.</summary>
internal static class Facts
{
    /// <summary>Objects of a segment that are looked at again with the library's own walk.</summary>
    private const int Sampled = 500;

    /// <summary>The facts of a dump.</summary>
    /// <param name="runtime">Its runtime.</param>
    /// <param name="types">The types of its objects, counted by <paramref name="walker"/>.</param>
    /// <param name="walker">Has walked all of the heap.</param>
    public static DumpFacts Collect(ClrRuntime runtime, ObjectTypes types, HeapWalker walker)
    {
        (ulong MethodTable, long Count, long Bytes)[] histogram = [.. types.Histogram.OrderBy(t => t.MethodTable)];
        (int frames, string stacks) = Stacks(runtime);
        (int roots, string rootHash) = Roots(runtime);
        return new DumpFacts(
            histogram.Sum(t => t.Count), histogram.Length, Hash(histogram.Select(t => $"{t.MethodTable:x} {t.Count} {t.Bytes}")), Hash(Walk(runtime.Heap, walker)), runtime.Threads.Length,
            frames, stacks, roots, rootHash);
    }

    /// <summary>
    /// The first objects of each segment as a debugger walks them, and where no object was found. The library's walk stops in other places than ours (before room
    /// that is reserved for allocation at the start of a segment, behind an object that is cut off); what ours has not seen is not compared.
    /// </summary>
    private static IEnumerable<string> Walk(ClrHeap heap, HeapWalker walker)
    {
        foreach ((ulong start, ulong end) in walker.Unwalked)
            yield return $"unwalked {start:x} {end:x}";
        foreach (ClrSegment segment in heap.Segments.OrderBy(s => s.Start))
        {
            ulong walkedEnd = walker.Unwalked.Where(u => u.End == segment.End && u.Start >= segment.Start).Select(u => u.Start).DefaultIfEmpty(segment.End).First();
            foreach (ClrObject o in heap.EnumerateObjects(segment.ObjectRange).TakeWhile(o => o.Address < walkedEnd && !walker.IsReserved(o.Address)).Take(Sampled))
                yield return $"{o.Address:x} {o.Type?.MethodTable:x} {o.Size}";
        }
    }

    private static (int Frames, string Hash) Stacks(ClrRuntime runtime)
    {
        int frames = 0;
        string hash = Hash(Lines());
        return (frames, hash);

        IEnumerable<string> Lines()
        {
            foreach (ClrThread thread in runtime.Threads)
            {
                yield return $"thread {thread.ManagedThreadId} {thread.OSThreadId}";
                foreach (ClrStackFrame frame in thread.EnumerateStackTrace(includeContext: false, DumpLimits.Frames))
                {
                    frames++;
                    yield return $"{frame.InstructionPointer:x} {frame.StackPointer:x} {frame.Kind} {frame.FrameName} {frame.Method?.Signature}";
                }
            }
        }
    }

    private static (int Roots, string Hash) Roots(ClrRuntime runtime)
    {
        ClrRoot[] roots = [.. runtime.Heap.EnumerateRoots().Take(DumpLimits.Listed)];
        return (roots.Length, Hash(roots.Select(r => $"{r.Address:x} {r.RootKind} {r.Object.Address:x} {r.Object.Type?.Name} {r.IsInterior}{r.IsPinned}").Order(StringComparer.Ordinal)));
    }

    private static string Hash(IEnumerable<string> lines)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (string line in lines)
            hash.AppendData(Encoding.UTF8.GetBytes(line + "\n"));
        return Convert.ToHexStringLower(hash.GetHashAndReset());
    }
}
