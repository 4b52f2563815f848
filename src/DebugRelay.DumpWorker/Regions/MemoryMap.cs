namespace DebugRelay.DumpWorker.Regions;

/// <summary>A range of addresses under one rule.</summary>
internal readonly record struct RuledRange(ulong Start, ulong End, MemoryRule Rule);

/// <summary>Which rule holds where. What was never named is <see cref="MemoryRule.Recorded"/>.</summary>
internal sealed class MemoryMap
{
    private readonly List<RuledRange> _named = [];
    private RuledRange[]? _flat;

    /// <summary>Names a range.</summary>
    public void Add(ulong start, ulong end, MemoryRule rule)
    {
        if (end > start)
            _named.Add(new RuledRange(start, end, rule));
        _flat = null;
    }

    /// <summary>The pieces of a range in order, without a gap.</summary>
    public IEnumerable<RuledRange> Within(ulong start, ulong end)
    {
        _flat ??= Flatten();
        ulong at = start;
        for (int i = FirstEndingAfter(start); i < _flat.Length && _flat[i].Start < end; i++)
        {
            RuledRange range = _flat[i];
            if (range.Start > at)
                yield return new RuledRange(at, range.Start, MemoryRule.Recorded);
            at = Math.Max(at, range.Start);
            ulong stop = Math.Min(end, range.End);
            yield return new RuledRange(at, stop, range.Rule);
            at = stop;
        }
        if (at < end)
            yield return new RuledRange(at, end, MemoryRule.Recorded);
    }

    private int FirstEndingAfter(ulong address)
    {
        int low = 0, high = _flat!.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_flat[middle].End <= address)
                low = middle + 1;
            else
                high = middle;
        }
        return low;
    }

    /// <summary>Sweeps over the starts and ends; where ranges overlap the highest rule wins.</summary>
    private RuledRange[] Flatten()
    {
        var edges = new List<(ulong Address, MemoryRule Rule, int Change)>(_named.Count * 2);
        foreach (RuledRange range in _named)
        {
            edges.Add((range.Start, range.Rule, 1));
            edges.Add((range.End, range.Rule, -1));
        }
        edges.Sort((a, b) => a.Address.CompareTo(b.Address));
        int[] open = new int[(int)MemoryRule.PartialHeap + 1];
        var flat = new List<RuledRange>();
        ulong from = 0;
        foreach ((ulong address, MemoryRule rule, int change) in edges)
        {
            int highest = Array.FindLastIndex(open, count => count > 0);
            if (highest >= 0 && address > from)
                Append(flat, new RuledRange(from, address, (MemoryRule)highest));
            open[(int)rule] += change;
            from = address;
        }
        return [.. flat];
    }

    private static void Append(List<RuledRange> flat, RuledRange range)
    {
        if (flat.Count > 0 && flat[^1].End == range.Start && flat[^1].Rule == range.Rule)
            flat[^1] = flat[^1] with { End = range.End };
        else
            flat.Add(range);
    }
}
