using System.Collections.Frozen;

namespace DebugRelay.Scrubbing;

/// <summary>Names without regard to case; a star at an entry's start or end stands for anything.</summary>
internal sealed class NameList
{
    private readonly string[] _entries;
    private readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> _whole;
    private readonly string[] _starts;
    private readonly string[] _ends;

    /// <param name="entries">Names, apart from each other by blanks.</param>
    public NameList(string entries)
        : this(entries.Split(' ', StringSplitOptions.RemoveEmptyEntries))
    {
    }

    public NameList(IEnumerable<string> entries)
    {
        _entries = [.. entries];
        _whole = _entries.Where(e => !e.Contains('*', StringComparison.Ordinal)).ToFrozenSet(StringComparer.OrdinalIgnoreCase).GetAlternateLookup<ReadOnlySpan<char>>();
        _starts = [.. _entries.Where(e => e.EndsWith('*')).Select(e => e[..^1])];
        _ends = [.. _entries.Where(e => e.StartsWith('*') && e.Length > 1).Select(e => e[1..])];
    }

    /// <summary>A list that has these entries too.</summary>
    public NameList With(IEnumerable<string> more) => new([.. _entries, .. more]);

    public bool Has(ReadOnlySpan<char> name)
    {
        if (_whole.Contains(name))
        {
            return true;
        }

        foreach (var start in _starts)
        {
            if (name.StartsWith(start, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        foreach (var end in _ends)
        {
            if (name.EndsWith(end, StringComparison.OrdinalIgnoreCase))
            {
                return true;
            }
        }

        return false;
    }
}
