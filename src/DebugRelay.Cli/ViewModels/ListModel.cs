namespace DebugRelay.Cli.ViewModels;

/// <summary>Rows to choose from: what is chosen stays chosen while rows come and go, and a filter leaves some out.</summary>
/// <param name="identity">Tells one row from another.</param>
/// <param name="text">What the filter looks at.</param>
internal sealed class ListModel<T>(Func<T, string> identity, Func<T, string> text) : IFiltered
    where T : class
{
    private IReadOnlyList<T> _all = [];
    private string? _chosen;

    /// <summary>All rows that fit the filter.</summary>
    public IReadOnlyList<T> Rows { get; private set; } = [];

    public int Count => _all.Count;

    /// <summary>Words that must all be in a row's text, in any case; empty: all rows.</summary>
    public string Filter { get; private set; } = "";

    /// <summary>The chosen row's index; 0 where there is none.</summary>
    public int Index { get; private set; }

    /// <summary>The first row on the screen.</summary>
    public int Top { get; private set; }

    /// <summary>Rows on the screen, as last shown.</summary>
    public int Page { get; private set; } = 10;

    public T? Chosen => Index < Rows.Count ? Rows[Index] : null;

    /// <summary>Stays at the end as rows come, until another row is chosen.</summary>
    public bool Follows { get; set; }

    public void Set(IReadOnlyList<T> rows)
    {
        _all = rows;
        Apply();
    }

    public void SetFilter(string filter)
    {
        Filter = filter;
        Apply();
    }

    public void Choose(int index)
    {
        if (Rows.Count == 0)
            return;
        Index = Math.Clamp(index, 0, Rows.Count - 1);
        _chosen = identity(Rows[Index]);
        Follows &= Index == Rows.Count - 1;
    }

    /// <summary>Tells how many rows the screen has, so that the chosen one is among them.</summary>
    public void Show(int page)
    {
        Page = Math.Max(1, page);
        Top = Math.Clamp(Top, Math.Max(0, Index - Page + 1), Index);
        Top = Math.Clamp(Top, 0, Math.Max(0, Rows.Count - Page));
    }

    /// <returns>False where the key moves nothing.</returns>
    public bool OnKey(string key)
    {
        int? to = key switch
        {
            "Up" or "k" or "WheelUp" => Index - 1,
            "Down" or "j" or "WheelDown" => Index + 1,
            "PageUp" => Index - Page,
            "PageDown" => Index + Page,
            "Home" => 0,
            "End" => Rows.Count - 1,
            _ => null,
        };
        if (to is not { } index)
            return false;
        Choose(index);
        return true;
    }

    private void Apply()
    {
        string[] words = Filter.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Rows = words.Length == 0 ? _all : [.. _all.Where(row => words.All(word => text(row).Contains(word, StringComparison.OrdinalIgnoreCase)))];
        if (Follows)
            Index = Math.Max(0, Rows.Count - 1);
        else
            Index = IndexOfChosen() ?? Math.Clamp(Index, 0, Math.Max(0, Rows.Count - 1));
    }

    private int? IndexOfChosen()
    {
        if (_chosen is null)
            return null;
        for (int i = 0; i < Rows.Count; i++)
        {
            if (identity(Rows[i]) == _chosen)
                return i;
        }
        return null;
    }
}
