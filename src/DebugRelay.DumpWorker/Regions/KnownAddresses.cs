using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>Where a pointer may point: memory that the dump holds, and memory that the process had though the dump leaves it out.</summary>
internal sealed class KnownAddresses(CoreFile core)
{
    private readonly List<(ulong Start, ulong End)> _others = [.. core.Notes.Mappings.Select(m => (m.Start, m.End))];
    private bool _isSorted;

    /// <summary>Adds a range.</summary>
    public void Add(ulong start, ulong end)
    {
        _others.Add((start, end));
        _isSorted = false;
    }

    /// <summary>Whether something lay at the address.</summary>
    public bool Contains(ulong address) => core.Find(address) is not null || IsInOther(address);

    private bool IsInOther(ulong address)
    {
        if (!_isSorted)
            Merge();
        int low = 0, high = _others.Count - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            (ulong start, ulong end) = _others[middle];
            if (address < start)
                high = middle - 1;
            else if (address >= end)
                low = middle + 1;
            else
                return true;
        }
        return false;
    }

    private void Merge()
    {
        _others.Sort();
        int last = -1;
        foreach ((ulong start, ulong end) in _others.ToArray())
        {
            if (last >= 0 && start <= _others[last].End)
                _others[last] = (_others[last].Start, Math.Max(end, _others[last].End));
            else
                _others[++last] = (start, end);
        }
        _others.RemoveRange(last + 1, _others.Count - last - 1);
        _isSorted = true;
    }
}
