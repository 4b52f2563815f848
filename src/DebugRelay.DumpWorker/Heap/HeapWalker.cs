using System.Runtime.InteropServices;
using DebugRelay.DumpWorker.Elf;
using Microsoft.Diagnostics.Runtime;

namespace DebugRelay.DumpWorker.Heap;

/// <summary>A range of the managed heap that holds objects one after the other.</summary>
/// <param name="Start">The first object.</param>
/// <param name="End">Behind the last one.</param>
/// <param name="IsFrozen">Whether it holds the program's literals and other objects that are never moved.</param>
internal readonly record struct ObjectRange(ulong Start, ulong End, bool IsFrozen);

/// <summary>Is shown what a <see cref="HeapWalker"/> comes past, by rising addresses. The bytes are a copy: they may be changed.</summary>
internal interface IHeapVisitor
{
    /// <summary>An object that lies wholly in the window.</summary>
    void Visit(ObjectType type, Span<byte> whole, ObjectRange range);

    /// <summary>An object that is larger than the window; none of it was read but its start.</summary>
    void VisitLarge(ObjectType type, ulong address, ulong size, ObjectRange range);

    /// <summary>Room that is reserved for allocation.</summary>
    void Skip(Span<byte> gap);

    /// <summary>All of these bytes, objects and gaps, have been visited.</summary>
    void Leave(ulong address, ReadOnlySpan<byte> walked);
}

/// <summary>
/// Walks the objects of a managed heap and counts them by type. The raw dump and the result are walked by the same steps, so that their counts can be
/// compared also where a heap cannot be walked to its end.
/// </summary>
/// <remarks>An object's address is that of its type's handle; the 8 bytes before it, its header, are the last 8 of the object before.</remarks>
internal sealed class HeapWalker(CoreFile core, ObjectTypes types, IReadOnlyDictionary<ulong, ulong> allocationContexts, IHeapVisitor? visitor = null)
{
    /// <summary>Bytes that are read at once.</summary>
    public const int Window = 1024 * 1024;

    /// <summary>The smallest object: the runtime leaves room for one behind an allocation context.</summary>
    private const int SmallestObject = 24;

    private const int LengthAt = 8;

    private readonly byte[] _buffer = new byte[Window];

    /// <summary>Ranges where no object was found, to the end of what was to be walked.</summary>
    public List<(ulong Start, ulong End)> Unwalked { get; } = [];

    /// <summary>Whether room that is reserved for allocation begins here.</summary>
    public bool IsReserved(ulong address) => allocationContexts.ContainsKey(address);

    /// <summary>The room that threads and heaps have reserved for allocation: its start, and its end.</summary>
    public static IReadOnlyDictionary<ulong, ulong> ReservedIn(ClrRuntime runtime)
    {
        var contexts = new Dictionary<ulong, ulong>();
        foreach (MemoryRange context in runtime.Heap.EnumerateAllocationContexts().Concat(runtime.Threads.Select(t => t.AllocationContext)).Where(c => c.Start != 0))
            contexts[context.Start] = context.End;
        return contexts;
    }

    /// <summary>The ranges of a runtime's objects, by rising addresses.</summary>
    public static IEnumerable<ObjectRange> RangesOf(ClrHeap heap)
        => heap.Segments.OrderBy(s => s.Start).Select(s => new ObjectRange(s.Start, s.End, s.Kind == GCSegmentKind.Frozen));

    /// <summary>Walks one range.</summary>
    public void Walk(ObjectRange range)
    {
        ulong address = range.Start;
        while (address < range.End)
        {
            int read = core.Read(address, _buffer.AsSpan(0, (int)Math.Min(Window, range.End - address)));
            int done = Walk(range, address, _buffer.AsSpan(0, read));
            if (done > 0)
            {
                visitor?.Leave(address, _buffer.AsSpan(0, done));
                address += (uint)done;
            }
            else if (Large(range, address) is > 0 and var length)
            {
                address += length;
            }
            else
            {
                // No object. A dump in the middle of a collection can have such a place, and one without the whole heap has little else.
                Unwalked.Add((address, range.End));
                return;
            }
        }
    }

    /// <summary>Visits the objects that lie wholly in the buffer.</summary>
    /// <returns>Bytes of them.</returns>
    private int Walk(ObjectRange range, ulong address, Span<byte> buffer)
    {
        int at = 0;
        while (buffer.Length - at >= SmallestObject)
        {
            Span<byte> rest = buffer[at..];
            if (allocationContexts.Count > 0 && allocationContexts.TryGetValue(address + (uint)at, out ulong limit))
            {
                ulong gap = limit + SmallestObject - (address + (uint)at);
                if (gap > (ulong)rest.Length)
                    break;
                visitor?.Skip(rest[..(int)gap]);
                at += (int)gap;
                continue;
            }
            if (types.Get(MemoryMarshal.Read<ulong>(rest) & ~7UL) is not { } type)
                break;
            ulong size = SizeOf(type, rest);
            if (size > (ulong)rest.Length)
                break;
            Count(type, address + (uint)at, size);
            visitor?.Visit(type, rest[..(int)size], range);
            at += (int)size;
        }
        return at;
    }

    /// <summary>An object or a gap that is larger than the window.</summary>
    /// <returns>Its bytes; 0 where there is no object.</returns>
    private ulong Large(ObjectRange range, ulong address)
    {
        if (allocationContexts.TryGetValue(address, out ulong limit))
            return limit >= address && limit + SmallestObject <= range.End ? limit + SmallestObject - address : 0;
        Span<byte> start = stackalloc byte[SmallestObject];
        if (core.Read(address, start) != start.Length || types.Get(MemoryMarshal.Read<ulong>(start) & ~7UL) is not { } type)
            return 0;
        ulong size = SizeOf(type, start);
        // The last object's header room may lie behind the range.
        if (size <= Window || size > range.End - address)
            return 0;
        Count(type, address, size);
        visitor?.VisitLarge(type, address, size, range);
        return size;
    }

    private void Count(ObjectType type, ulong address, ulong size)
    {
        if (type.Count++ == 0)
            types.Meet(address);
        type.Bytes += (long)size;
    }

    private static ulong SizeOf(ObjectType type, ReadOnlySpan<byte> start)
    {
        ulong size = type.BaseSize;
        if (type.ElementSize > 0)
            size += (ulong)MemoryMarshal.Read<uint>(start[LengthAt..]) * type.ElementSize;
        return Math.Max((size + 7) & ~7UL, SmallestObject);
    }
}
