using System.Security.Cryptography;
using System.Text;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Verifying;

/// <summary>Collects what a debugger sees, so that the raw and the sanitised dump can be held against each other.</summary>
internal static class Facts
{
    /// <summary>The facts of a dump whose objects are counted by somebody else.</summary>
    public static DumpFacts Collect(ClrRuntime runtime, IEnumerable<(ulong MethodTable, long Count, long Bytes)> histogram)
    {
        (ulong MethodTable, long Count, long Bytes)[] types = [.. histogram.OrderBy(t => t.MethodTable)];
        (int frames, string stacks) = Stacks(runtime);
        (int roots, string rootHash) = Roots(runtime);
        return new DumpFacts(types.Sum(t => t.Count), types.Length, Hash(types.Select(t => $"{t.MethodTable:x} {t.Count} {t.Bytes}")), runtime.Threads.Length, frames, stacks, roots, rootHash);
    }

    /// <summary>The objects of a heap as ClrMD finds them.</summary>
    public static IEnumerable<(ulong MethodTable, long Count, long Bytes)> Histogram(ClrHeap heap)
    {
        var types = new Dictionary<ClrType, (long Count, long Bytes)>(ReferenceEqualityComparer.Instance as IEqualityComparer<ClrType>);
        foreach (ClrObject o in heap.EnumerateObjects().Where(o => o.IsValid))
        {
            ref (long Count, long Bytes) entry = ref System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(types, o.Type!, out _);
            // The walk of the raw dump counts the padding behind an object too.
            entry = (entry.Count + 1, entry.Bytes + (((long)o.Size + 7) & ~7L));
        }
        return types.GroupBy(t => t.Key.MethodTable).Select(g => (g.Key, g.Sum(t => t.Value.Count), g.Sum(t => t.Value.Bytes)));
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
