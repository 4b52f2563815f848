using System.Numerics;
using System.Runtime.InteropServices;
using DebugRelay.DumpWorker.Clr;
using DebugRelay.DumpWorker.Elf;
using DebugRelay.DumpWorker.Output;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>Copies memory outside the managed heap by its rules.</summary>
internal sealed class RegionCopier(CoreFile core, MemoryMap map, RecordedBytes recorded, KnownAddresses known, KnownNames names, SanitisedFile output)
{
    private const int Window = 1024 * 1024;

    private readonly byte[] _buffer = new byte[Window];
    private readonly PointerRule _pointers = new(known);

    /// <summary>Bytes of the dump by rule, and how many of them were let through.</summary>
    public SortedDictionary<MemoryRule, (long Bytes, long Kept)> Counts { get; } = [];

    /// <summary>Copies all.</summary>
    public void Copy()
    {
        foreach (CoreSegment segment in core.Segments)
        {
            foreach (RuledRange range in map.Within(segment.Address, segment.End))
                Copy(segment, range);
        }
    }

    private void Copy(CoreSegment segment, RuledRange range)
    {
        long kept = 0;
        for (ulong at = range.Start; at < range.End && range.Rule is not (MemoryRule.Nothing or MemoryRule.ManagedHeap or MemoryRule.DeadStack);)
        {
            int length = (int)Math.Min(range.End - at, Window - (at % RecordedBytes.PageSize));
            long offset = segment.FileOffset + (long)(at - segment.Address);
            kept += Copy(at, core.FileBytes(offset, length), offset, range.Rule is MemoryRule.RuntimeHeap && segment.IsExecutable ? MemoryRule.Image : range.Rule);
            at += (uint)length;
        }
        (long bytes, long keptBefore) = Counts.GetValueOrDefault(range.Rule);
        Counts[range.Rule] = (bytes + (long)(range.End - range.Start), keptBefore + kept);
    }

    private long Copy(ulong address, ReadOnlySpan<byte> source, long offset, MemoryRule rule)
    {
        if (rule == MemoryRule.Image)
        {
            output.Write(offset, source);
            return source.Length;
        }
        Span<byte> target = _buffer.AsSpan(0, source.Length);
        target.Clear();
        long kept = 0;
        if (rule == MemoryRule.Stack)
            kept = source.Length - (8L * _pointers.Copy(source, target));
        else if (rule == MemoryRule.PartialHeap)
            kept = CopyRecordedPointers(address, source, target);
        else if (rule == MemoryRule.RuntimeHeap)
            kept = CopyWhole(address, source, target);
        else if (CopyRecorded(address, source, target) is > 0 and var recordedBytes)
            kept = recordedBytes - names.MaskOthers(target, address, _pointers.IsPointer);
        output.Write(offset, target);
        return kept;
    }

    private long CopyWhole(ulong address, ReadOnlySpan<byte> source, Span<byte> target)
    {
        source.CopyTo(target);
        return source.Length - names.MaskOthers(target, address, _pointers.IsPointer, KnownNames.ShortestInHeaps);
    }

    private long CopyRecorded(ulong address, ReadOnlySpan<byte> source, Span<byte> target)
    {
        long kept = 0;
        for (int at = 0; at < source.Length;)
        {
            int within = (int)((address + (uint)at) % RecordedBytes.PageSize);
            int count = Math.Min(RecordedBytes.PageSize - within, source.Length - at);
            if (recorded.Bits((address + (uint)at) / RecordedBytes.PageSize) is { } bits)
                kept += CopyPage(bits, within, source.Slice(at, count), target.Slice(at, count));
            at += count;
        }
        return kept;
    }

    /// <summary>Where objects cannot be told from what they hold: of the words that were read, those that may stay on a stack too. Text is none of them.</summary>
    private long CopyRecordedPointers(ulong address, ReadOnlySpan<byte> source, Span<byte> target)
    {
        if (CopyRecorded(address, source, target) == 0)
            return 0;
        Span<ulong> words = MemoryMarshal.Cast<byte, ulong>(target);
        foreach (ref ulong word in words)
            word = _pointers.Judge(word);
        return 8L * (words.Length - words.Count(0UL));
    }

    private static long CopyPage(ulong[] bits, int within, ReadOnlySpan<byte> source, Span<byte> target)
    {
        long kept = 0;
        for (int i = 0; i < source.Length; i++)
        {
            ulong word = bits[(within + i) / 64] >> ((within + i) % 64);
            if (word == 0)
            {
                i += 63 - ((within + i) % 64);
                continue;
            }
            int skip = BitOperations.TrailingZeroCount(word);
            if (skip > 0)
            {
                i += skip - 1;
                continue;
            }
            target[i] = source[i];
            kept++;
        }
        return kept;
    }
}
