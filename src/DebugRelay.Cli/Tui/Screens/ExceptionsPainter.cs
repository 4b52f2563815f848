using DebugRelay.Cli.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels.Tabs;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>Exceptions by type and place.</summary>
internal static class ExceptionsPainter
{
    private static readonly Column<ThrownKind>[] Columns =
    [
        new("COUNT", 8, true, 0, kind => new CellText(Amounts.Count(kind.Count), new Ink(Tone.Plain, Bold: true))),
        new("LAST MINUTE", 14, false, 1, kind => new CellText(Graphs.Sparkline(kind.Rate, 14), Tone.Accent)),
        new("LAST", 8, false, 1, kind => new CellText(Words.Clock(new DateTimeOffset(kind.Last.Time.ToUniversalTime())), Tone.Dim)),
        new("TYPE", 30, false, 0, kind => kind.Type, Grows: true),
        new("THROWN IN", 36, false, 2, kind => new CellText(kind.TopFrame, Tone.Dim), Grows: true),
    ];

    public static void Draw(Frame frame, Box box, ExceptionsTab tab)
    {
        if (tab.Problem is { } problem)
        {
            ScreenPainter.Failure(frame, box, problem);
            return;
        }
        frame.Write(box.X + 1, box.Y, $"{Amounts.Count(tab.Count)} since this tab was opened, {tab.List.Rows.Count} kinds", Tone.Dim, box.Width - 2);
        if (tab.Count == 0)
            ScreenPainter.Paragraph(frame, box.From(1), 0, "none so far", Tone.Dim);
        ListPainter.Draw(frame, box.From(1).Head(box.Height - 4), tab.List, Columns);
        if (tab.List.Chosen is not { } chosen)
            return;
        frame.Write(box.X + 1, box.Bottom - 2, chosen.Type, new Ink(Tone.Plain, Bold: true), box.Width - 2);
        MaskedText.Write(frame, box.X + 1, box.Bottom - 1, chosen.Last.Message.ReplaceLineEndings(" ⏎ "), default, box.Width - 2);
    }
}
