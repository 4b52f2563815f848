using DebugRelay.Cli.ViewModels;

namespace DebugRelay.Cli.Tui.Drawing;

/// <summary>Draws a list: headings, rows, the chosen one, and how many there are.</summary>
internal static class ListPainter
{
    /// <param name="frame">Where.</param>
    /// <param name="box">In which part of it.</param>
    /// <param name="list">What.</param>
    /// <param name="columns">How.</param>
    /// <param name="open">What a double click does.</param>
    /// <param name="headed">Whether there is a line of headings.</param>
    public static void Draw<T>(Frame frame, Box box, ListModel<T> list, IReadOnlyList<Column<T>> columns, Action? open = null, bool headed = true)
        where T : class
    {
        List<(Column<T> Column, int X, int Width)> places = Place(columns, box);
        if (headed)
        {
            foreach ((Column<T> column, int x, int width) in places)
                Cell(frame, x, box.Y, width, column.Right, new CellText(column.Heading, new Ink(Tone.Dim, Bold: true)));
        }
        Box body = headed ? box.From(1) : box;
        list.Show(body.Height);
        for (int line = 0; line < body.Height && list.Top + line < list.Rows.Count; line++)
            Row(frame, body.Row(line), list, list.Top + line, places, open);
        Scrollbar(frame, body, list);
    }

    private static void Row<T>(Frame frame, Box row, ListModel<T> list, int index, List<(Column<T> Column, int X, int Width)> places, Action? open)
        where T : class
    {
        bool chosen = index == list.Index;
        foreach ((Column<T> column, int x, int width) in places)
            Cell(frame, x, row.Y, width, column.Right, column.Draw(list.Rows[index]));
        if (chosen)
        {
            frame.Write(row.X, row.Y, "›", new Ink(Tone.Accent, Bold: true));
            frame.Tint(row, ink => ink with { Selected = true });
        }
        frame.Hot(row, () => list.Choose(index), open);
    }

    private static void Cell(Frame frame, int x, int y, int width, bool right, CellText cell)
    {
        if (right && Frame.Columns(cell.Text) <= width)
            frame.WriteRight(x, y, cell.Text, cell.Ink, width);
        else
            frame.WriteCut(x, y, cell.Text, cell.Ink, width);
    }

    // The first column is the mark of the chosen row; one space between columns.
    private static List<(Column<T> Column, int X, int Width)> Place<T>(IReadOnlyList<Column<T>> columns, Box box)
    {
        int room = box.Width - 2;
        List<Column<T>> kept = [.. columns];
        while (kept.Sum(column => column.Width + 1) > room && kept.MaxBy(column => column.Rank) is { Rank: > 0 } last)
            kept.Remove(last);
        int left = Math.Max(0, room - kept.Sum(column => column.Width + 1));
        int growing = Math.Max(1, kept.Count(column => column.Grows));
        var places = new List<(Column<T>, int, int)>();
        int x = box.X + 1;
        foreach (Column<T> column in kept)
        {
            int width = column.Width + (column.Grows ? left / growing : 0);
            places.Add((column, x, Math.Max(0, Math.Min(width, box.Right - 1 - x))));
            x += width + 1;
        }
        return places;
    }

    private static void Scrollbar<T>(Frame frame, Box body, ListModel<T> list)
        where T : class
    {
        if (list.Rows.Count <= body.Height || body.Height < 2)
            return;
        int size = Math.Max(1, body.Height * body.Height / list.Rows.Count);
        int at = (body.Height - size) * list.Top / Math.Max(1, list.Rows.Count - body.Height);
        for (int line = 0; line < size; line++)
            frame.Write(body.Right - 1, body.Y + at + line, "▐", Tone.Border);
    }
}
