using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Tabs;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>What stands out, what the process is, and its vital counters as charts where there is room.</summary>
internal static class OverviewPainter
{
    private const int ChartHeight = 6;

    public static void Draw(Frame frame, Box box, OverviewTab tab, Shell shell)
    {
        int line = StandsOut(frame, box, tab.Process);
        line = Facts(frame, box, line + 1, tab, shell);
        Charts(frame, box.From(Math.Min(box.Height, line + 1)), tab.Process.Vitals);
    }

    private static int StandsOut(Frame frame, Box box, ProcessModel process)
    {
        frame.Write(box.X + 1, box.Y, "Stands out", new Ink(Tone.Title, Bold: true));
        if (process.Findings.Count == 0)
        {
            string none = process.LastSample is null ? "nothing is known yet" : "nothing, by the rules that ? shows";
            frame.Write(box.X + 13, box.Y, none, process.LastSample is null ? Tone.Dim : Tone.Good);
            return 1;
        }
        int line = 1;
        foreach (Finding finding in process.Findings)
        {
            if (line >= box.Height)
                break;
            Ink ink = finding.Urgent ? Tone.Bad : Tone.Warn;
            int x = frame.WriteCut(box.X + 1, box.Y + line, $"{(finding.Urgent ? "‼" : "▲")} {finding.Text}", ink, box.Width - 2);
            if (x + finding.Advice.Length + 4 <= box.Right)
                frame.Write(x, box.Y + line, $"  → {finding.Advice}", Tone.Plain);
            line++;
        }
        return line;
    }

    private static int Facts(Frame frame, Box box, int line, OverviewTab tab, Shell shell)
    {
        var process = tab.Process.Target;
        Fact("process", $"{process.Name} {process.Pid}, user {process.User}, up {Text.Durations.Show(shell.Clock.GetUtcNow() - process.Started)}");
        if (tab.Details is { } details)
        {
            Fact("runtime", $".NET {details.RuntimeVersion}, {details.RuntimeIdentifier}, {details.EntryAssembly}");
            Fact("started as", details.CommandLine);
        }
        return line;

        void Fact(string name, string value)
        {
            if (line >= box.Height)
                return;
            frame.Write(box.X + 1, box.Y + line, name, Tone.Dim);
            MaskedText.Write(frame, box.X + 13, box.Y + line, value, default, box.Width - 14);
            line++;
        }
    }

    private static void Charts(Frame frame, Box box, Vitals vitals)
    {
        (string Name, Series? Series)[] all =
        [
            ("CPU %", vitals.Cpu), ("GC heap MB", vitals.Heap), ("requests/s", vitals.Requests), ("exceptions/s", vitals.Exceptions), ("time in GC %", vitals.TimeInGc), ("pool queue", vitals.Queue),
        ];
        (string Name, Series Series)[] known = [.. all.Where(each => each.Series is { Count: > 0 }).Select(each => (each.Name, each.Series!))];
        int across = box.Width >= 150 ? 3 : box.Width >= 76 ? 2 : 1;
        int width = box.Width / across;
        int down = Math.Min((known.Length + across - 1) / across, box.Height / 5);
        if (down == 0)
            return;
        int height = Math.Min(ChartHeight + 6, box.Height / down);
        for (int i = 0; i < Math.Min(known.Length, across * down); i++)
        {
            var cell = new Box(box.X + (i % across * width), box.Y + (i / across * height), width - 1, height);
            int x = frame.Write(cell.X + 9, cell.Y, known[i].Name, Tone.Dim);
            frame.Write(x + 1, cell.Y, Words.Latest(known[i].Series), new Ink(Tone.Plain, Bold: true));
            Graphs.Chart(frame, cell.From(1).Head(height - 2), known[i].Series, Tone.Accent);
        }
    }
}
