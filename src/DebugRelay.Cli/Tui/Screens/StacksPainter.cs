using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Tabs;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>Groups of threads, and the frames of the chosen one.</summary>
internal static class StacksPainter
{
    private static readonly Column<StackGroup>[] Columns =
    [
        new("THREADS", 7, true, 0, group => new CellText($"{group.Threads}", new Ink(Tone.Plain, Bold: true))),
        new("DOING", 40, false, 0, group => group.Frames is [var top, ..] ? top : "(no managed frame)", Grows: true),
    ];

    public static void Draw(Frame frame, Box box, StacksTab tab)
    {
        if (tab.IsTaking)
            ScreenPainter.Paragraph(frame, box, 0, "sampling all threads …", Tone.Accent);
        else if (tab.Problem is { } problem)
            ScreenPainter.Failure(frame, box, problem);
        else if (tab.Taken is null)
            ScreenPainter.Paragraph(frame, box, 0, "Enter takes the stacks of all threads: the process goes on meanwhile.", Tone.Dim);
        if (tab.Taken is not { } taken || tab.IsTaking)
            return;
        frame.Write(box.X + 1, box.Y, $"{tab.List.Rows.Sum(group => group.Threads)} threads in {tab.List.Rows.Count} groups, taken at {Words.Clock(taken)}", Tone.Dim);
        int list = Math.Clamp(tab.List.Rows.Count + 1, 3, Math.Max(3, box.Height / 2));
        ListPainter.Draw(frame, box.From(1).Head(list), tab.List, Columns);
        if (tab.List.Chosen is { } chosen)
            Frames(frame, box.From(list + 2), chosen);
    }

    private static void Frames(Frame frame, Box box, StackGroup group)
    {
        for (int i = 0; i < group.Frames.Count && i < box.Height; i++)
            frame.WriteCut(box.X + 3, box.Y + i, group.Frames[i], i == 0 ? new Ink(Tone.Plain, Bold: true) : default, box.Width - 4);
    }
}
