using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Cli.ViewModels.Tabs;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>One process: its tabs, its vital signs in one line, and the tab that is open.</summary>
internal static class ProcessPainter
{
    public static void Draw(Frame frame, Box box, ProcessScreen screen, Shell shell)
    {
        Box inner = frame.Border(box, "", Tone.Border);
        TabLine(frame, box, screen);
        VitalLine(frame, inner.Row(0), screen.Process, shell);
        frame.Write(inner.X, inner.Y + 1, new string('─', inner.Width), Tone.Border);
        Box body = inner.From(2);
        switch (screen.Tab)
        {
            case OverviewTab tab:
                OverviewPainter.Draw(frame, body, tab, shell);
                break;
            case CountersTab tab:
                CountersPainter.Draw(frame, body, tab);
                break;
            case TraceTab tab:
                TracePainter.Draw(frame, body, tab);
                break;
            case StacksTab tab:
                StacksPainter.Draw(frame, body, tab);
                break;
            case LogsTab tab:
                LogsPainter.Draw(frame, body, tab);
                break;
            case ExceptionsTab tab:
                ExceptionsPainter.Draw(frame, body, tab);
                break;
            case DumpTab tab:
                DumpPainter.Draw(frame, body, tab);
                break;
        }
    }

    // Where there is little room, the tabs stay and the process's name is cut.
    private static void TabLine(Frame frame, Box box, ProcessScreen screen)
    {
        ProcessTab[] tabs = Enum.GetValues<ProcessTab>();
        string gap = box.Width >= 100 ? " " : "";
        int wide = tabs.Sum(tab => Label(tab, gap).Length + 1);
        int room = Math.Max(8, box.Width - 4 - wide);
        int x = frame.WriteCut(box.X + 1, box.Y, gap.Length > 0 ? $" {screen.Title} " : $" {screen.Process.Target.Name} ", new Ink(Tone.Title, Bold: true), room);
        foreach (ProcessTab tab in tabs)
        {
            bool open = tab == screen.At;
            string text = Label(tab, gap);
            x = frame.Write(x, box.Y, gap.Length > 0 ? "─" : " ", Tone.Border);
            if (x + text.Length > box.Right - 1)
                break;
            frame.Write(x, box.Y, text, open ? new Ink(Tone.Plain, Bold: true, Selected: true) : Tone.Plain);
            frame.Write(x + gap.Length, box.Y, $"{(int)tab}", new Ink(Tone.Key, Bold: true, Selected: open));
            frame.Hot(new Box(x, box.Y, text.Length, 1), () => screen.Go(tab));
            x += text.Length;
        }
    }

    private static string Label(ProcessTab tab, string gap) => $"{gap}{(int)tab} {tab}{gap}";

    private static void VitalLine(Frame frame, Box row, ProcessModel process, Shell shell)
    {
        if (process.Gone is { } gone)
        {
            frame.Write(row.X + 1, row.Y, $"✕ the process is gone since {Words.Clock(gone)}: these are its last values", new Ink(Tone.Bad), row.Width - 2);
            return;
        }
        if (process.WatchProblem is { } problem)
        {
            frame.WriteCut(row.X + 1, row.Y, $"no counters: {problem.What}", Tone.Warn, row.Width - 2);
            return;
        }
        if (process.LastSample is not { } last)
        {
            string why = process.May("counters") ? "counters come in a moment …" : "no counters: your roles do not give you them here (w tells)";
            frame.Write(row.X + 1, row.Y, why, Tone.Dim, row.Width - 2);
            return;
        }
        bool silent = shell.Clock.GetUtcNow() - last > TimeSpan.FromSeconds(5);
        Vitals vitals = process.Vitals;
        int x = row.X + 1;
        x = Vital(frame, row, x, "CPU", $"{Words.Percent(vitals.Cpu)} %", Graphs.Sparkline(vitals.Cpu, 10, most: 100));
        x = Vital(frame, row, x, "heap", $"{Words.Latest(vitals.Heap)} MB", Graphs.Sparkline(vitals.Heap, 8));
        x = Vital(frame, row, x, "GC", $"{Words.Percent(vitals.TimeInGc)} %", Graphs.Sparkline(vitals.TimeInGc, 6, most: 100));
        x = Vital(frame, row, x, "req/s", Words.Latest(vitals.Requests), Graphs.Sparkline(vitals.Requests, 6));
        x = Vital(frame, row, x, "exc/s", Words.Latest(vitals.Exceptions), "");
        x = Vital(frame, row, x, "queue", Words.Latest(vitals.Queue), Graphs.Sparkline(vitals.Queue, 6));
        x = Vital(frame, row, x, "threads", Words.Latest(vitals.Threads), "");
        if (silent)
            frame.Write(Math.Max(x, row.Right - 26), row.Y, $"▲ silent for {Words.Age(shell.Clock.GetUtcNow() - last)}", new Ink(Tone.Warn, Bold: true));
    }

    private static int Vital(Frame frame, Box row, int x, string name, string value, string graph)
    {
        int width = name.Length + value.Length + 3 + (graph.Length > 0 ? graph.Length + 1 : 0);
        if (x + width > row.Right)
            return x;
        x = frame.Write(x, row.Y, name, Tone.Dim) + 1;
        x = frame.Write(x, row.Y, value, new Ink(Tone.Plain, Bold: true));
        if (graph.Length > 0)
            x = frame.Write(x + 1, row.Y, graph, Tone.Accent);
        return x + 2;
    }
}
