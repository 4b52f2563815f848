namespace DebugRelay.Audit.Scanning;

/// <summary>A file's text and its lines.</summary>
public sealed class SourceText(string path, string text)
{
    private int[]? _starts;

    /// <summary>Relative to what is audited, with `/` between folders.</summary>
    public string Path => path;

    /// <summary>All of it.</summary>
    public string Text => text;

    /// <summary>How many lines there are, at least 1.</summary>
    public int LineCount => Starts.Length;

    private int[] Starts => _starts ??= FindStarts(text);

    /// <summary>The line of an offset, from 1.</summary>
    public int LineOf(int offset)
    {
        int at = Array.BinarySearch(Starts, offset);
        return at >= 0 ? at + 1 : ~at;
    }

    /// <summary>A line's text without its end; empty beyond the last.</summary>
    /// <param name="line">From 1.</param>
    public ReadOnlySpan<char> Line(int line)
    {
        if (line < 1 || line > Starts.Length)
            return [];
        int start = Starts[line - 1];
        int end = line < Starts.Length ? Starts[line] : text.Length;
        return text.AsSpan(start, end - start).TrimEnd("\r\n");
    }

    private static int[] FindStarts(string text)
    {
        var starts = new List<int> { 0 };
        for (int at = text.IndexOf('\n', StringComparison.Ordinal); at >= 0; at = text.IndexOf('\n', at + 1))
            starts.Add(at + 1);
        return [.. starts];
    }
}
