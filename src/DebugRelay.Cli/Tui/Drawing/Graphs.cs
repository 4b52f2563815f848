using DebugRelay.Cli.ViewModels;

namespace DebugRelay.Cli.Tui.Drawing;

/// <summary>Numbers as blocks of eighths.</summary>
internal static class Graphs
{
    private const string Eighths = "▁▂▃▄▅▆▇█";

    // What stays as it is should not look like a wall.
    private const double Headroom = 1.3;

    /// <summary>A line of so many columns, the newest value at its right.</summary>
    /// <param name="series">Null: nothing is known.</param>
    /// <param name="width">Columns.</param>
    /// <param name="least">The full height is never less than this, so that noise at the bottom looks small.</param>
    /// <param name="most">The full height where it is known, such as 100 for percent.</param>
    public static string Sparkline(Series? series, int width, double least = 1, double? most = null)
    {
        double[] values = series?.Last(width) ?? [];
        double top = most ?? Math.Max(least, values.Where(double.IsFinite).DefaultIfEmpty(0).Max() * Headroom);
        Span<char> line = stackalloc char[width];
        line.Fill(' ');
        for (int i = 0; i < values.Length; i++)
            line[width - values.Length + i] = Block(values[i], top);
        return new string(line);
    }

    /// <summary>How much of something is done.</summary>
    /// <param name="share">0 to 1.</param>
    /// <param name="width">Columns.</param>
    public static string Bar(double share, int width)
    {
        int filled = (int)Math.Round(Math.Clamp(double.IsFinite(share) ? share : 0, 0, 1) * width);
        return new string('█', filled) + new string('░', width - filled);
    }

    /// <summary>A chart with its axis at the left, the newest value at its right.</summary>
    public static void Chart(Frame frame, Box box, Series series, Ink ink)
    {
        const int Axis = 9;
        int width = box.Width - Axis - 1;
        if (width < 4 || box.Height < 2)
            return;
        double[] values = series.Last(width);
        double top = NiceTop(values.Where(double.IsFinite).DefaultIfEmpty(0).Max());
        for (int row = 0; row < box.Height; row++)
        {
            double mark = top * (box.Height - row) / box.Height;
            bool named = row == 0 || row == box.Height / 2 || row == box.Height - 1;
            frame.WriteRight(box.X, box.Y + row, named ? Short(row == box.Height - 1 ? 0 : mark) : "", Tone.Dim, Axis - 1);
            frame.Write(box.X + Axis - 1, box.Y + row, named ? "┤" : "│", Tone.Border);
            for (int i = 0; i < values.Length; i++)
                frame.Write(box.X + Axis + width - values.Length + i, box.Y + row, Part(values[i], top, box.Height, row), ink);
        }
    }

    /// <summary>`1,412`, `84.2k`, `3.1M`: at most seven columns.</summary>
    public static string Short(double value)
    {
        double size = Math.Abs(value);
        return size switch
        {
            double.NaN => "–",
            >= 1e9 => Round(value / 1e9, "G"),
            >= 1e6 => Round(value / 1e6, "M"),
            >= 1e5 => Round(value / 1e3, "k"),
            >= 100 => value.ToString("N0", System.Globalization.CultureInfo.InvariantCulture),
            >= 10 => value.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture),
            _ => value.ToString("0.##", System.Globalization.CultureInfo.InvariantCulture),
        };
    }

    private static string Round(double value, string unit) => value.ToString("0.#", System.Globalization.CultureInfo.InvariantCulture) + unit;

    private static char Block(double value, double top)
        => double.IsFinite(value) ? Eighths[Math.Clamp((int)(value / top * (Eighths.Length - 1) + 0.5), 0, Eighths.Length - 1)] : ' ';

    /// <summary>The piece of a column that lies in one row.</summary>
    private static string Part(double value, double top, int rows, int row)
    {
        if (!double.IsFinite(value))
            return " ";
        int eighths = (int)Math.Round(Math.Clamp(value / top, 0, 1) * rows * 8) - ((rows - 1 - row) * 8);
        return eighths >= 8 ? "█" : eighths > 0 ? Eighths[eighths - 1].ToString() : row == rows - 1 ? "▁" : " ";
    }

    private static double NiceTop(double most)
    {
        if (most <= 0)
            return 1;
        double power = Math.Pow(10, Math.Floor(Math.Log10(most)));
        return (most / power) switch { <= 1 => 1, <= 2 => 2, <= 5 => 5, _ => 10 } * power;
    }
}
