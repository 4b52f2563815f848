extern alias TerminalGui;

using System.Globalization;
using System.Text;
using TerminalGui::Terminal.Gui.Text;

namespace DebugRelay.Cli.Tui.Drawing;

/// <summary>A cell of the screen; text of two columns is followed by an empty cell.</summary>
internal readonly record struct FrameCell(string Text, Ink Ink);

/// <summary>A place that the mouse can press.</summary>
/// <param name="Box">Where.</param>
/// <param name="Press">What a click does.</param>
/// <param name="PressTwice">What a double click does after that.</param>
internal sealed record HotSpot(Box Box, Action Press, Action? PressTwice = null);

/// <summary>One picture of the screen, drawn anew each time; only what differs from the last one is sent to the terminal.</summary>
internal sealed class Frame(int width, int height)
{
    private static readonly FrameCell Blank = new(" ", Tone.Plain);

    private readonly FrameCell[] _cells = [.. Enumerable.Repeat(Blank, width * height)];
    private readonly List<HotSpot> _spots = [];

    public int Width => width;

    public int Height => height;

    public Box All => new(0, 0, width, height);

    public FrameCell this[int x, int y] => _cells[(y * width) + x];

    /// <summary>Where the terminal's cursor stands; null: nowhere.</summary>
    public (int X, int Y)? Cursor { get; private set; }

    /// <summary>Writes on one line, cut to the columns that there are. Control characters, which others may have chosen, become `·`.</summary>
    /// <returns>The column after it.</returns>
    public int Write(int x, int y, string text, Ink ink = default, int columns = int.MaxValue)
    {
        int end = (int)Math.Min(Math.Min((long)x + columns, width), width);
        if (y < 0 || y >= height || x >= end)
            return x;
        return Ascii(text) ? WriteAscii(x, y, text, ink, end) : WriteGraphemes(x, y, text, ink, end);
    }

    /// <summary>The same, at the right end of so many columns.</summary>
    public void WriteRight(int x, int y, string text, Ink ink, int columns)
    {
        int wide = Columns(text);
        Write(x + Math.Max(0, columns - wide), y, text, ink, Math.Min(wide, columns));
    }

    /// <summary>Writes and says with `…` where it was cut.</summary>
    public int WriteCut(int x, int y, string text, Ink ink, int columns)
        => columns <= 0 ? x : Columns(text) <= columns ? Write(x, y, text, ink, columns) : Write(Write(x, y, text, ink, columns - 1), y, "…", ink, 1);

    public void Fill(Box box, Ink ink, char with = ' ')
    {
        string text = with.ToString();
        for (int y = Math.Max(0, box.Y); y < Math.Min(box.Bottom, height); y++)
        {
            for (int x = Math.Max(0, box.X); x < Math.Min(box.Right, width); x++)
                _cells[(y * width) + x] = new FrameCell(text, ink);
        }
    }

    /// <summary>Changes how cells are drawn that are there already.</summary>
    public void Tint(Box box, Func<Ink, Ink> change)
    {
        for (int y = Math.Max(0, box.Y); y < Math.Min(box.Bottom, height); y++)
        {
            for (int x = Math.Max(0, box.X); x < Math.Min(box.Right, width); x++)
            {
                ref FrameCell cell = ref _cells[(y * width) + x];
                cell = cell with { Ink = change(cell.Ink) };
            }
        }
    }

    /// <summary>A border with a title in its upper line.</summary>
    /// <returns>What lies within.</returns>
    public Box Border(Box box, string title, Ink ink)
    {
        if (box.Width < 2 || box.Height < 2)
            return box;
        string line = new('─', box.Width - 2);
        Write(box.X, box.Y, $"┌{line}┐", ink);
        for (int y = box.Y + 1; y < box.Bottom - 1; y++)
        {
            Write(box.X, y, "│", ink);
            Write(box.Right - 1, y, "│", ink);
        }
        Write(box.X, box.Bottom - 1, $"└{line}┘", ink);
        if (title.Length > 0)
            WriteCut(box.X + 2, box.Y, $" {title} ", new Ink(Tone.Title, Bold: true), box.Width - 4);
        return box.Inner;
    }

    public void Hot(Box box, Action press, Action? pressTwice = null) => _spots.Add(new HotSpot(box, press, pressTwice));

    /// <summary>What lies uppermost under the mouse; null: nothing.</summary>
    public HotSpot? SpotAt(int x, int y) => _spots.FindLast(spot => spot.Box.Contains(x, y));

    /// <summary>From here on, only what is drawn now can be pressed.</summary>
    public void ForgetSpots() => _spots.Clear();

    public void SetCursor(int x, int y) => Cursor = (x, y);

    /// <summary>One line of the picture as text, without spaces at its end.</summary>
    public string Line(int y)
    {
        var line = new StringBuilder(width);
        for (int x = 0; x < width; x++)
            line.Append(this[x, y].Text);
        return line.ToString().TrimEnd();
    }

    public override string ToString() => string.Join('\n', Enumerable.Range(0, height).Select(Line));

    /// <summary>How many columns a text takes.</summary>
    public static int Columns(string text) => Ascii(text) ? text.Length : text.GetColumns();

    private static bool Ascii(string text)
    {
        foreach (char c in text)
        {
            if (c is < ' ' or > '~')
                return false;
        }
        return true;
    }

    private int WriteAscii(int x, int y, string text, Ink ink, int end)
    {
        int at = x;
        foreach (char c in text)
        {
            if (at >= end)
                break;
            if (at >= 0)
                _cells[(y * width) + at] = new FrameCell(Letters[c], ink);
            at++;
        }
        return at;
    }

    private int WriteGraphemes(int x, int y, string text, Ink ink, int end)
    {
        int at = x;
        TextElementEnumerator graphemes = StringInfo.GetTextElementEnumerator(text);
        while (graphemes.MoveNext())
        {
            string grapheme = graphemes.GetTextElement();
            if (char.IsControl(grapheme[0]))
                grapheme = "·";
            int columns = grapheme.Length == 1 && grapheme[0] < 0x1100 || IsBlock(grapheme[0]) ? 1 : Math.Max(0, grapheme.GetColumns());
            if (columns == 0)
                continue;
            if (at + columns > end)
                break;
            if (at >= 0)
                Put(at, y, grapheme, columns, ink);
            at += columns;
        }
        return at;
    }

    // Lines, blocks, arrows: what most of a picture is made of.
    private static bool IsBlock(char c) => c is >= '\u2010' and <= '\u25ff';

    private void Put(int x, int y, string grapheme, int columns, Ink ink)
    {
        _cells[(y * width) + x] = new FrameCell(grapheme, ink);
        for (int i = 1; i < columns; i++)
            _cells[(y * width) + x + i] = new FrameCell("", ink);
    }

    private static readonly string[] Letters = [.. Enumerable.Range(0, 128).Select(c => ((char)c).ToString())];
}
