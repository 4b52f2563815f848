namespace DebugRelay.Cli.Tui.Drawing;

/// <summary>A part of the screen, in cells.</summary>
internal readonly record struct Box(int X, int Y, int Width, int Height)
{
    public int Right => X + Width;

    public int Bottom => Y + Height;

    public bool Contains(int x, int y) => x >= X && x < Right && y >= Y && y < Bottom;

    /// <summary>Without a border of one cell.</summary>
    public Box Inner => new(X + 1, Y + 1, Math.Max(0, Width - 2), Math.Max(0, Height - 2));

    public Box Row(int line) => new(X, Y + line, Width, 1);

    public Box From(int line) => new(X, Y + line, Width, Math.Max(0, Height - line));

    /// <summary>The first lines.</summary>
    public Box Head(int lines) => new(X, Y, Width, Math.Min(lines, Height));

    /// <summary>A box of this size in the middle, or as large as there is room.</summary>
    public Box Middle(int width, int height)
    {
        (int w, int h) = (Math.Min(width, Width), Math.Min(height, Height));
        return new Box(X + ((Width - w) / 2), Y + ((Height - h) / 2), w, h);
    }
}
