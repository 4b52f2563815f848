using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>What the host said by itself.</summary>
internal static class NoticesPainter
{
    private static readonly Column<HostNotice>[] Columns =
    [
        new("TIME", 8, false, 0, notice => new CellText(Words.Clock(notice.Time), Tone.Dim)),
        new("WHAT", 40, false, 0, notice => notice.Message, Grows: true),
    ];

    public static void Draw(Frame frame, Box box, NoticesScreen screen)
    {
        Box inner = frame.Border(box, screen.Title, Tone.Border);
        if (screen.List.Count == 0)
            ScreenPainter.Paragraph(frame, inner.From(1), 0, "Nothing yet: answered requests, emergencies and endings appear here.", Tone.Dim);
        else
            ListPainter.Draw(frame, inner, screen.List, Columns);
    }
}
