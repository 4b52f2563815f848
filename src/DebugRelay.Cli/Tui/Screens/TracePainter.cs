using DebugRelay.Cli.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Tabs;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>A trace: what to take, how far it is, what came.</summary>
internal static class TracePainter
{
    private const double Alarming = 0.1;

    public static void Draw(Frame frame, Box box, TraceTab tab)
    {
        int line = Choice(frame, box, tab);
        if (tab.IsRunning)
            line = Running(frame, box, line + 1, tab);
        else if (tab.Outcome is { } outcome)
            line = Done(frame, box, line + 1, outcome);
        else if (tab.Problem is { } problem)
            ScreenPainter.Failure(frame, box.From(line + 1), problem);
        if (tab.Progress is { } progress)
            Top(frame, box.From(Math.Min(box.Height, line + 1)), progress);
    }

    private static int Choice(Frame frame, Box box, TraceTab tab)
    {
        int x = frame.Write(box.X + 1, box.Y, "profile  ", Tone.Dim);
        for (int i = 0; i < tab.Profiles.Count; i++)
            x = frame.Write(x, box.Y, $" {tab.Profiles[i]} ", i == tab.ProfileIndex ? new Ink(Tone.Plain, Bold: true, Selected: true) : Tone.Plain, box.Right - x);
        x = frame.Write(box.X + 1, box.Y + 1, "time      ", Tone.Dim);
        frame.Write(x, box.Y + 1, Durations.Show(tab.Duration), new Ink(Tone.Plain, Bold: true));
        if (!tab.IsRunning)
            frame.Write(x + 10, box.Y + 1, "Enter starts; the file comes to the folder you started in", Tone.Dim, box.Right - x - 11);
        return 2;
    }

    private static int Running(Frame frame, Box box, int line, TraceTab tab)
    {
        double share = tab.Elapsed / tab.Duration;
        TraceProgress progress = tab.Progress ?? new TraceProgress(0, 0, 0, []);
        string rate = Amounts.Bytes(progress.Bytes / Math.Max(0.5, tab.Elapsed.TotalSeconds));
        int width = Math.Clamp(box.Width / 3, 16, 60);
        int x = frame.Write(box.X + 1, box.Y + line, Graphs.Bar(share, width), Tone.Accent) + 2;
        string left = tab.IsStopping ? "stopping; the process lists its methods …" : $"{Math.Min(tab.Elapsed.TotalSeconds, tab.Duration.TotalSeconds):0} / {tab.Duration.TotalSeconds:0} s";
        frame.Write(x, box.Y + line, $"{left}   {Amounts.Bytes(progress.Bytes)}   {rate}/s", new Ink(Tone.Plain, Bold: true), box.Right - x);
        return Counts(frame, box, line + 1, progress.Events, progress.Lost);
    }

    private static int Counts(Frame frame, Box box, int line, long events, long lost)
    {
        int x = frame.Write(box.X + 1, box.Y + line, $"events {Amounts.Count(events)}   ", default);
        bool alarming = lost > 0 && lost >= Alarming * (events + lost);
        frame.WriteCut(x, box.Y + line, $"lost {Amounts.Count(lost)}{(alarming ? "  ▲ a tenth or more: ask for fewer events, or less time" : "")}", lost == 0 ? Tone.Plain : alarming ? Tone.Bad : Tone.Warn, box.Right - x);
        return line + 1;
    }

    private static int Done(Frame frame, Box box, int line, TraceOutcome outcome)
    {
        OperationEnd end = outcome.End;
        int x = frame.Write(box.X + 1, box.Y + line, end.Partial ? "▲ cut  " : "● whole  ", new Ink(end.Partial ? Tone.Warn : Tone.Good, Bold: true));
        frame.WriteCut(x, box.Y + line, $"{outcome.Path}   {Amounts.Bytes(end.Bytes)}", new Ink(Tone.Plain, Bold: true), box.Right - x - 1);
        line++;
        if (end.Partial)
            line = ScreenPainter.Paragraph(frame, box, line, end.Message ?? "the agent does not say why", Tone.Warn);
        string masked = end.Scrubbed.Count == 0 ? "nothing" : string.Join(" · ", end.Scrubbed.OrderByDescending(rule => rule.Value).Select(rule => $"{rule.Key} {Amounts.Count(rule.Value)}"));
        x = frame.Write(box.X + 1, box.Y + line, "masked  ", Tone.Dim);
        frame.WriteCut(x, box.Y + line, masked, end.Scrubbed.Count == 0 ? Tone.Plain : Tone.Masked, box.Right - x - 1);
        if (end.Events is { } events)
            return Counts(frame, box, line + 1, events.Delivered, 0);
        return line + 1;
    }

    private static void Top(Frame frame, Box box, TraceProgress progress)
    {
        if (box.Height < 3 || progress.Top.Count == 0)
            return;
        frame.Write(box.X + 1, box.Y, "most frequent events", new Ink(Tone.Dim, Bold: true));
        double most = progress.Top[0].Count;
        int bar = Math.Clamp(box.Width / 4, 8, 40);
        for (int i = 0; i < progress.Top.Count && i + 1 < box.Height; i++)
        {
            EventCount each = progress.Top[i];
            frame.WriteRight(box.X + 1, box.Y + 1 + i, Amounts.Count(each.Count), new Ink(Tone.Plain, Bold: true), 12);
            frame.Write(box.X + 14, box.Y + 1 + i, Graphs.Bar(each.Count / most, bar).Replace('░', ' '), Tone.Accent);
            frame.WriteCut(box.X + 15 + bar, box.Y + 1 + i, each.Event, default, box.Width - 16 - bar);
        }
    }
}
