extern alias TerminalGui;

using System.Globalization;
using System.Security;
using System.Text;
using TerminalGui::Terminal.Gui.Drawing;
using Attribute = TerminalGui::Terminal.Gui.Drawing.Attribute;

namespace DebugRelay.Tests.Cli.Tui.Support;

/// <summary>The library's cells as a picture: blocks and lines are drawn, so that it looks the same with every font.</summary>
internal static class SvgPicture
{
    private const double CellWidth = 8.4;
    private const double CellHeight = 18;
    private const string Paper = "#12161d";
    private const string Ink = "#d6dbe3";
    private const string Eighths = "▁▂▃▄▅▆▇█";

    public static string Of(Cell[,] cells)
    {
        (int rows, int columns) = (cells.GetLength(0), cells.GetLength(1));
        var svg = new StringBuilder();
        (string width, string height) = (Number((columns * CellWidth) + 16), Number((rows * CellHeight) + 16));
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" font-family=\"ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace\" font-size=\"14\">\n");
        svg.Append(CultureInfo.InvariantCulture, $"<rect width=\"100%\" height=\"100%\" rx=\"6\" fill=\"{Paper}\"/>\n<g transform=\"translate(8 8)\">\n");
        for (int y = 0; y < rows; y++)
            Row(svg, cells, y);
        return svg.Append("</g>\n</svg>\n").ToString();
    }

    private static void Row(StringBuilder svg, Cell[,] cells, int y)
    {
        int columns = cells.GetLength(1);
        for (int x = 0; x < columns;)
        {
            Attribute look = cells[y, x].Attribute ?? default;
            int from = x;
            var text = new StringBuilder();
            for (; x < columns && (cells[y, x].Attribute ?? default) == look; x++)
                text.Append(cells[y, x].Grapheme);
            Run(svg, text.ToString(), from, x - from, y, look);
        }
    }

    private static void Run(StringBuilder svg, string text, int column, int columns, int y, Attribute look)
    {
        bool reversed = look.Style.HasFlag(TextStyle.Reverse);
        (string ink, string paper) = (Hex(look.Foreground, Ink), Hex(look.Background, Paper));
        if (reversed)
            (ink, paper) = (paper, ink);
        if (paper != Paper)
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Number(column * CellWidth)}\" y=\"{Number(y * CellHeight)}\" width=\"{Number(columns * CellWidth)}\" height=\"{Number(CellHeight)}\" fill=\"{paper}\"/>\n");
        var words = new StringBuilder();
        for (int i = 0; i < text.Length && i < columns; i++)
            words.Append(Drawn(svg, text[i], column + i, y, ink) ? ' ' : text[i]);
        int start = words.Length - words.ToString().TrimStart().Length;
        string rest = words.ToString().Trim();
        if (rest.Length == 0)
            return;
        string bold = look.Style.HasFlag(TextStyle.Bold) ? " font-weight=\"bold\"" : "";
        string italic = look.Style.HasFlag(TextStyle.Italic) ? " font-style=\"italic\"" : "";
        svg.Append(CultureInfo.InvariantCulture,
            $"<text x=\"{Number((column + start) * CellWidth)}\" y=\"{Number((y * CellHeight) + 13.5)}\" textLength=\"{Number(rest.Length * CellWidth)}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" fill=\"{ink}\"{bold}{italic}>{SecurityElement.Escape(rest)}</text>\n");
    }

    private static bool Drawn(StringBuilder svg, char c, int x, int y, string ink)
    {
        (double left, double top) = (x * CellWidth, y * CellHeight);
        (double middle, double centre) = (left + (CellWidth / 2), top + (CellHeight / 2));
        if (Eighths.IndexOf(c, StringComparison.Ordinal) is >= 0 and var eighth)
        {
            double tall = CellHeight * (eighth + 1) / 8;
            return Rect(left, top + CellHeight - tall, CellWidth + 0.3, tall, 1);
        }
        return c switch
        {
            '░' => Rect(left, top, CellWidth + 0.3, CellHeight, 0.22),
            '▐' => Rect(middle, top, CellWidth / 2, CellHeight, 1),
            '─' => Rect(left, centre - 0.5, CellWidth + 0.3, 1, 1),
            '│' => Rect(middle - 0.5, top, 1, CellHeight, 1),
            '┌' => Rect(middle - 0.5, centre, 1, CellHeight / 2, 1) && Rect(middle, centre - 0.5, CellWidth / 2, 1, 1),
            '┐' => Rect(middle - 0.5, centre, 1, CellHeight / 2, 1) && Rect(left, centre - 0.5, CellWidth / 2, 1, 1),
            '└' => Rect(middle - 0.5, top, 1, CellHeight / 2, 1) && Rect(middle, centre - 0.5, CellWidth / 2, 1, 1),
            '┘' => Rect(middle - 0.5, top, 1, CellHeight / 2, 1) && Rect(left, centre - 0.5, CellWidth / 2, 1, 1),
            '┤' => Rect(middle - 0.5, top, 1, CellHeight, 1) && Rect(left, centre - 0.5, CellWidth / 2, 1, 1),
            _ => false,
        };

        bool Rect(double atX, double atY, double wide, double tall, double opacity)
        {
            string shade = opacity < 1 ? $" opacity=\"{Number(opacity)}\"" : "";
            svg.Append(CultureInfo.InvariantCulture, $"<rect x=\"{Number(atX)}\" y=\"{Number(atY)}\" width=\"{Number(wide)}\" height=\"{Number(tall)}\" fill=\"{ink}\"{shade}/>\n");
            return true;
        }
    }

    private static string Hex(Color color, string otherwise) => color == Color.None ? otherwise : $"#{color.R:x2}{color.G:x2}{color.B:x2}";

    private static string Number(double value) => Math.Round(value, 2).ToString(CultureInfo.InvariantCulture);
}
