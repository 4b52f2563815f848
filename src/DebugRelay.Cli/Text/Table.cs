using System.Text;

namespace DebugRelay.Cli.Text;

/// <summary>A plain table: columns as wide as what they hold, two spaces between, no lines.</summary>
/// <param name="headings">One a column; a column whose heading begins with `>` stands to the right.</param>
internal sealed class Table(params string[] headings)
{
    private readonly List<string[]> _rows = [];

    public void Add(params string[] cells) => _rows.Add([.. cells.Select(Printable)]);

    /// <summary>The heading line, then one line a row.</summary>
    public IEnumerable<string> Lines()
    {
        string[] names = [.. headings.Select(heading => heading.TrimStart('>'))];
        int[] widths = [.. names.Select((name, column) => _rows.Select(row => row[column].Length).Append(name.Length).Max())];
        return _rows.Prepend(names).Select(row => Line(row, widths));
    }

    /// <summary>
    /// Text that others chose (process names, metric tags) must not move the cursor or colour the screen: control characters become `·`.
    /// </summary>
    public static string Printable(string text)
    {
        if (!text.Any(char.IsControl))
            return text;
        return string.Concat(text.Select(c => char.IsControl(c) ? '·' : c));
    }

    private string Line(string[] cells, int[] widths)
    {
        var line = new StringBuilder();
        for (int column = 0; column < cells.Length; column++)
        {
            bool right = headings[column].StartsWith('>');
            line.Append(right ? cells[column].PadLeft(widths[column]) : cells[column].PadRight(widths[column])).Append("  ");
        }
        return line.ToString().TrimEnd();
    }
}
