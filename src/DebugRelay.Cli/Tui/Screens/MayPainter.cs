using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>What one may do, what needs a grant, what is not possible.</summary>
internal static class MayPainter
{
    private static readonly Column<PermissionRow>[] Columns =
    [
        new("OPERATION", 20, false, 0, row => new CellText(row.Operation, new Ink(Tone.Plain, Bold: true))),
        new("MAY I", 18, false, 0, row => Word(row.May)),
        new("WHAT IT IS", 30, false, 0, row => new CellText(row.Meaning, Tone.Dim), Grows: true),
    ];

    public static void Draw(Frame frame, Box box, MayScreen screen)
    {
        Box inner = frame.Border(box, screen.Title, Tone.Border);
        if (screen.Process is null)
            ScreenPainter.Paragraph(frame, inner.From(1), 0, "Choose a process first: what you may do depends on it.", Tone.Dim);
        else
            ListPainter.Draw(frame, inner, screen.List, Columns, () => screen.OnKey("Enter"));
    }

    /// <summary>Whether an operation may be done with a process, in two words.</summary>
    public static (string Text, Ink Ink) Word(ProcessModel process, string operation)
    {
        CellText word = Word(process.May(operation) ? Permission.Allowed
            : process.Listed.WithGrant?.Contains(operation) == true ? Permission.WithGrant
            : process.Listed.BreakGlass?.Contains(operation) == true ? Permission.Emergency
            : Permission.No);
        return (word.Text, word.Ink);
    }

    private static CellText Word(Permission may) => may switch
    {
        Permission.Allowed => new("● yes", Tone.Good),
        Permission.WithGrant => new("◐ with a grant", Tone.Warn),
        Permission.Emergency => new("! in an emergency", Tone.Warn),
        _ => new("✕ no", Tone.Dim),
    };
}
