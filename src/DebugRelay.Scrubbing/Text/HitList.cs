using System.Runtime.InteropServices;
using DebugRelay.Scrubbing.Detectors;

namespace DebugRelay.Scrubbing.Text;

/// <summary>A finding: the characters to mask. <paramref name="Quoted"/>: the mask needs quotation marks (a JSON number).</summary>
internal readonly record struct Hit(int Start, int Length, Rule Rule, bool Quoted = false)
{
    public int End => Start + Length;
}

/// <summary>Findings in one text, reused from text to text.</summary>
internal sealed class HitList
{
    private static readonly Comparison<Hit> ByStart = static (a, b) => a.Start.CompareTo(b.Start);

    private readonly List<Hit> _hits = [];

    public int Count => _hits.Count;

    /// <summary>Findings of rules that are not on here are not taken; null takes all.</summary>
    public DetectorSet? Rules { get; set; }

    public Hit this[int index] => _hits[index];

    public void Clear() => _hits.Clear();

    /// <exception cref="ScanLimitException">There are more findings than <see cref="Limits.Hits"/>.</exception>
    public void Add(int start, int length, Rule rule, bool quoted = false)
    {
        if (Rules?.IsOn(rule) == false)
        {
            return;
        }

        if (_hits.Count >= Limits.Hits)
        {
            throw new ScanLimitException("too many findings in one field");
        }

        _hits.Add(new Hit(start, length, rule, quoted));
    }

    public void Truncate(int count) => _hits.RemoveRange(count, _hits.Count - count);

    /// <summary>Findings from <paramref name="mark"/> on were made in a decoded view: moves them to the offsets of the text behind it.</summary>
    public void MapFrom(int mark, ReadOnlySpan<int> offsets)
    {
        foreach (ref var hit in CollectionsMarshal.AsSpan(_hits)[mark..])
        {
            var start = offsets[hit.Start];
            hit = hit with { Start = start, Length = offsets[hit.End] - start };
        }
    }

    public void ShiftFrom(int mark, int offset)
    {
        foreach (ref var hit in CollectionsMarshal.AsSpan(_hits)[mark..])
        {
            hit = hit with { Start = hit.Start + offset };
        }
    }

    /// <summary>Findings from <paramref name="mark"/> on become one that covers the range, named by the first rule among them.</summary>
    public void CoverFrom(int mark, int start, int length, bool quoted = false)
    {
        var first = _hits[mark].Rule;
        for (var i = mark + 1; i < _hits.Count; i++)
        {
            first = _hits[i].Rule.Priority < first.Priority ? _hits[i].Rule : first;
        }

        Truncate(mark);
        Add(start, length, first, quoted);
    }

    /// <summary>Puts the findings in order and joins those that overlap.</summary>
    public void Merge()
    {
        if (_hits.Count < 2)
        {
            return;
        }

        var hits = CollectionsMarshal.AsSpan(_hits);
        hits.Sort(ByStart);
        var last = 0;
        for (var i = 1; i < hits.Length; i++)
        {
            if (hits[i].Start < hits[last].End)
            {
                hits[last] = Union(hits[last], hits[i]);
            }
            else
            {
                hits[++last] = hits[i];
            }
        }

        Truncate(last + 1);
    }

    private static Hit Union(Hit a, Hit b)
    {
        var rule = a.Rule.Priority <= b.Rule.Priority ? a.Rule : b.Rule;
        return new Hit(a.Start, Math.Max(a.End, b.End) - a.Start, rule, a.Quoted || b.Quoted);
    }
}
