namespace DebugRelay.Cli.Tui.Drawing;

/// <summary>What a piece of text means. The theme gives it a colour, and always something beside the colour.</summary>
internal enum Tone
{
    Plain,
    Dim,
    Border,
    Title,
    Key,
    Accent,
    Good,
    Warn,

    /// <summary>Only for "act now".</summary>
    Bad,

    /// <summary>Was masked on the host.</summary>
    Masked,
}

/// <summary>How a cell is drawn.</summary>
/// <param name="Tone">What it means.</param>
/// <param name="Bold">Stands out.</param>
/// <param name="Selected">Is of the chosen row.</param>
internal readonly record struct Ink(Tone Tone, bool Bold = false, bool Selected = false)
{
    public static implicit operator Ink(Tone tone) => new(tone);
}
