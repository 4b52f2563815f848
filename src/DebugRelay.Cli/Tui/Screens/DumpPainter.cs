using DebugRelay.Cli.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Tabs;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>The kinds of dump with whether one may take them, and how far the one is that was begun.</summary>
internal static class DumpPainter
{
    public static void Draw(Frame frame, Box box, DumpTab tab)
    {
        int line = 0;
        for (; line < DumpTab.Kinds.Count; line++)
            Kind(frame, box.Row(line), tab, line);
        Box rest = box.From(line + 1);
        if (tab.IsRunning)
            Running(frame, rest, tab);
        else if (tab.Outcome is { } outcome)
            Done(frame, rest, outcome);
        else if (tab.Problem is { } problem)
            ScreenPainter.Failure(frame, rest, problem);
    }

    private static void Kind(Frame frame, Box row, DumpTab tab, int index)
    {
        DumpKind kind = DumpTab.Kinds[index];
        (string may, Ink ink) = MayPainter.Word(tab.Process, kind.Operation);
        int x = frame.Write(row.X + 1, row.Y, kind.Type.PadRight(8), new Ink(Tone.Plain, Bold: true));
        x = frame.Write(x, row.Y, may.PadRight(18), ink);
        frame.WriteCut(x, row.Y, kind.Meaning, Tone.Dim, row.Right - x - 1);
        if (index == tab.At)
            frame.Tint(row, each => each with { Selected = true });
    }

    private static void Running(Frame frame, Box box, DumpTab tab)
    {
        DumpStatus status = tab.Status ?? new DumpStatus("asking the process", 0, null);
        int width = Math.Clamp(box.Width / 3, 16, 60);
        int x = box.X + 1;
        if (status.Whole is > 0 and { } whole)
            x = frame.Write(x, box.Y, Graphs.Bar((double)status.Bytes / whole, width), Tone.Accent) + 2;
        string of = status.Whole is { } all ? $" of {Amounts.Bytes(all)}" : "";
        frame.WriteCut(x, box.Y, $"{status.Stage}   {Amounts.Bytes(status.Bytes)}{of}   {Durations.Show(tab.Elapsed)}", new Ink(Tone.Plain, Bold: true), box.Right - x);
    }

    private static void Done(Frame frame, Box box, DumpOutcome outcome)
    {
        int x = frame.Write(box.X + 1, box.Y, "● ", new Ink(Tone.Good));
        frame.WriteCut(x, box.Y, $"{outcome.Path}   {Amounts.Bytes(outcome.Bytes)}", new Ink(Tone.Plain, Bold: true), box.Right - x - 1);
        int line = 1;
        foreach (string note in outcome.Notes)
            line = ScreenPainter.Paragraph(frame, box, line, note, Tone.Plain);
    }
}
