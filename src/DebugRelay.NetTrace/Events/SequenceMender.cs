using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DebugRelay.NetTrace;

/// <summary>
/// Readers find lost events by gaps in each thread's sequence numbers. This remembers how many events of each thread were dropped here, so that
/// the numbers after them can be lowered by as much.
/// </summary>
internal sealed class SequenceMender
{
    private Dictionary<ulong, uint> _dropped = [];
    private ulong _lastThread;
    private uint _lastDropped;

    /// <summary>Whether any number has to be mended.</summary>
    public bool IsNeeded => _dropped.Count > 0;

    /// <summary>Notes a drop; false where too many threads are noted already, and the event must not be dropped.</summary>
    public bool TryDrop(ulong thread)
    {
        if (_dropped.Count >= NetTraceLimits.MaxMendedThreads && !_dropped.ContainsKey(thread)) return false;
        ref var dropped = ref CollectionsMarshal.GetValueRefOrAddDefault(_dropped, thread, out _);
        dropped++;
        _lastThread = thread;
        _lastDropped = dropped;
        return true;
    }

    /// <summary>How many events of the thread were dropped.</summary>
    public uint Dropped(ulong thread)
    {
        if (thread == _lastThread) return _lastDropped;
        _lastThread = thread;
        _lastDropped = _dropped.GetValueOrDefault(thread);
        return _lastDropped;
    }

    /// <summary>Forgets the threads that are not among <paramref name="living"/>: 12 bytes each, of which the first 8 are the thread.</summary>
    public void Retain(ReadOnlySpan<byte> living)
    {
        var kept = new Dictionary<ulong, uint>();
        for (; living.Length >= 12; living = living[12..])
        {
            var thread = BinaryPrimitives.ReadUInt64LittleEndian(living);
            if (_dropped.TryGetValue(thread, out var dropped)) kept[thread] = dropped;
        }
        _dropped = kept;
        (_lastThread, _lastDropped) = (0, _dropped.GetValueOrDefault(0u));
    }

    /// <summary>Forgets a thread.</summary>
    public void Remove(ulong thread)
    {
        _dropped.Remove(thread);
        if (thread == _lastThread) _lastDropped = 0;
    }

    /// <summary>Forgets all threads.</summary>
    public void Clear()
    {
        _dropped.Clear();
        _lastDropped = 0;
    }

    /// <summary>Lowers the number of one thread of a sequence point in place.</summary>
    public void Mend(ulong thread, Span<byte> sequence)
        => BinaryPrimitives.WriteUInt32LittleEndian(sequence, BinaryPrimitives.ReadUInt32LittleEndian(sequence) - Dropped(thread));
}
