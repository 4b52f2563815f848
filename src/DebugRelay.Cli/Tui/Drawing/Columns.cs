namespace DebugRelay.Cli.Tui.Drawing;

/// <summary>A column of a list.</summary>
/// <param name="Heading">Its name.</param>
/// <param name="Width">Columns that it takes at least.</param>
/// <param name="Right">Whether its content stands at the right.</param>
/// <param name="Rank">Which columns stay where there is little room: 0 always, then 1, 2, …</param>
/// <param name="Draw">Draws a cell.</param>
/// <param name="Grows">Whether it takes the room that is left.</param>
internal sealed record Column<T>(string Heading, int Width, bool Right, int Rank, Func<T, CellText> Draw, bool Grows = false);

/// <summary>What stands in a cell.</summary>
/// <param name="Text">The text.</param>
/// <param name="Ink">How.</param>
internal readonly record struct CellText(string Text, Ink Ink = default)
{
    public static implicit operator CellText(string text) => new(text);
}
