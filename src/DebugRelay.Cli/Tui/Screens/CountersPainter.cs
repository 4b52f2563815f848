using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Tabs;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>All counters, the chosen one as a chart.</summary>
internal static class CountersPainter
{
    private static readonly Column<CounterSeries>[] Columns =
    [
        new("COUNTER", 28, false, 0, series => series.Title, Grows: true),
        new("TAGS", 20, false, 3, series => new CellText(series.Tags, Tone.Dim)),
        new("VALUE", 9, true, 0, series => new CellText(Words.Latest(series.Values), new Ink(Tone.Plain, Bold: true))),
        new("UNIT", 8, false, 0, series => new CellText(series.Unit, Tone.Dim)),
        new("LAST MINUTE", 20, false, 1, series => new CellText(Graphs.Sparkline(series.Values, 20), Tone.Accent)),
        new("OF", 26, false, 2, series => new CellText(series.Provider, Tone.Dim)),
    ];

    public static void Draw(Frame frame, Box box, CountersTab tab)
    {
        if (tab.Problem is { } problem)
        {
            ScreenPainter.Failure(frame, box, problem);
            return;
        }
        if (tab.List.Count == 0)
        {
            ScreenPainter.Paragraph(frame, box, 0, "the first values come within a second or two …", Tone.Dim);
            return;
        }
        int chart = box.Height >= 14 ? Math.Clamp(box.Height / 3, 5, 14) : 0;
        if (chart > 0 && tab.List.Chosen is { } chosen)
        {
            int x = frame.Write(box.X + 9, box.Y, chosen.Title, new Ink(Tone.Title, Bold: true));
            x = frame.Write(x, box.Y, chosen.Tags.Length > 0 ? $" {{{chosen.Tags}}}" : "", Tone.Dim, box.Right - x);
            frame.Write(x + 1, box.Y, $"{Words.Latest(chosen.Values)} {chosen.Unit}", new Ink(Tone.Accent, Bold: true), box.Right - x - 1);
            Graphs.Chart(frame, box.From(1).Head(chart - 2), chosen.Values, Tone.Accent);
        }
        ListPainter.Draw(frame, box.From(chart), tab.List, Columns);
    }
}
