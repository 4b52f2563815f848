using System.Globalization;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Tabs;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>The log, newest at the end.</summary>
internal static class LogsPainter
{
    public static void Draw(Frame frame, Box box, LogsTab tab)
    {
        if (tab.Problem is { } problem)
        {
            ScreenPainter.Failure(frame, box, problem);
            return;
        }
        frame.Write(box.X + 1, box.Y, $"{LogsTab.Levels[tab.Least]} and above · {tab.List.Rows.Count} lines{(tab.List.Follows ? " · follows" : "")}", Tone.Dim, box.Width - 2);
        Box body = box.From(1);
        if (tab.List.Rows.Count == 0)
            ScreenPainter.Paragraph(frame, body, 0, "nothing was logged since this tab was opened", Tone.Dim);
        tab.List.Show(body.Height);
        for (int line = 0; line < body.Height && tab.List.Top + line < tab.List.Rows.Count; line++)
            Line(frame, body.Row(line), tab, tab.List.Top + line);
    }

    private static void Line(Frame frame, Box row, LogsTab tab, int index)
    {
        LogRecord record = tab.List.Rows[index].Record;
        int x = frame.Write(row.X + 1, row.Y, record.Time.ToUniversalTime().ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture), Tone.Dim) + 1;
        x = frame.Write(x, row.Y, LogsTab.Levels[Math.Clamp(record.Level, 0, 5)].PadRight(8), Level(record.Level));
        if (row.Width >= 110)
            x = frame.WriteCut(x, row.Y, record.Category.PadRight(28), Tone.Dim, 28) + 1;
        MaskedText.Write(frame, x, row.Y, record.Message.ReplaceLineEndings(" ⏎ "), record.Level >= 4 ? new Ink(Tone.Plain, Bold: true) : default, row.Right - x - 1);
        if (index == tab.List.Index && !tab.List.Follows)
            frame.Tint(row, ink => ink with { Selected = true });
        frame.Hot(row, () => tab.List.Choose(index));
    }

    private static Ink Level(int level) => level switch
    {
        >= 4 => new Ink(Tone.Bad),
        3 => Tone.Warn,
        2 => Tone.Plain,
        _ => Tone.Dim,
    };
}
