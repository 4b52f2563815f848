using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>The variables of a process, name and value.</summary>
internal static class EnvironmentPainter
{
    private static readonly Column<EnvironmentVariable>[] Columns =
    [
        new("VARIABLE", 32, false, 0, variable => new CellText(variable.Name, new Ink(Tone.Plain, Bold: true))),
        new("VALUE", 40, false, 0, variable => variable.Value, Grows: true),
    ];

    public static void Draw(Frame frame, Box box, EnvironmentScreen screen)
    {
        Box inner = frame.Border(box, screen.Title, Tone.Border);
        if (screen.Problem is { } problem)
            ScreenPainter.Failure(frame, inner, problem);
        else if (screen.IsReading && screen.List.Count == 0)
            ScreenPainter.Paragraph(frame, inner.From(1), 0, "reading …", Tone.Accent);
        else
            ListPainter.Draw(frame, inner, screen.List, Columns);
    }
}
