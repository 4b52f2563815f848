using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>The processes of a host, live, and what stands out of them.</summary>
internal static class ProcessesPainter
{
    private static readonly TimeSpan Silent = TimeSpan.FromSeconds(5);

    public static void Draw(Frame frame, Box box, ProcessesScreen screen, Shell shell)
    {
        IReadOnlyList<(ProcessModel Process, Finding Finding)> findings = screen.Findings;
        int below = findings.Count == 0 ? 0 : Math.Min(findings.Count, Math.Max(2, (box.Height - 4) / 3)) + 1;
        Box inner = frame.Border(box, $"{screen.Title}{Count(screen)}", Tone.Border);
        if (!Explained(frame, inner, screen))
            ListPainter.Draw(frame, inner.Head(inner.Height - below), screen.List, Columns(shell), () => screen.OnKey("Enter"));
        if (below > 0)
            StandsOut(frame, inner.From(inner.Height - below), findings, screen, shell);
    }

    private static string Count(ProcessesScreen screen) => screen.Host.IsListed
        ? $" {(screen.List.Filter.Length > 0 ? $"{screen.List.Rows.Count} of " : "")}{screen.Host.Processes.Count(process => process.Gone is null)}"
        : "";

    /// <summary>Why there is no list.</summary>
    private static bool Explained(Frame frame, Box inner, ProcessesScreen screen)
    {
        HostModel host = screen.Host;
        if (host.IsListed && host.Processes.Count > 0)
            return false;
        if (host.ListProblem is { } problem)
            ScreenPainter.Failure(frame, inner.From(1), problem);
        else if (host.Problem is { } lost)
            ScreenPainter.Failure(frame, inner.From(1), lost);
        else if (host.IsListed)
            ScreenPainter.Paragraph(frame, inner.From(1), 0, "No .NET process here that you may see. Your roles and this host's policy.json decide; `debugrelay whoami` names your roles.", Tone.Plain);
        else
            ScreenPainter.Paragraph(frame, inner.From(1), 0, host.Link == LinkState.Open ? "listing …" : $"connecting to {host.Relay.Address} …", Tone.Dim);
        return true;
    }

    private static void StandsOut(Frame frame, Box box, IReadOnlyList<(ProcessModel Process, Finding Finding)> findings, ProcessesScreen screen, Shell shell)
    {
        frame.Write(box.X, box.Y, "─ stands out ", new Ink(Tone.Title, Bold: true));
        frame.Write(box.X + 13, box.Y, new string('─', Math.Max(0, box.Width - 13)), Tone.Border);
        for (int i = 0; i < findings.Count && i + 1 < box.Height; i++)
        {
            (ProcessModel process, Finding finding) = findings[i];
            Ink ink = finding.Urgent ? Tone.Bad : Tone.Warn;
            int x = frame.Write(box.X + 1, box.Y + 1 + i, finding.Urgent ? "‼ " : "▲ ", ink);
            x = frame.Write(x, box.Y + 1 + i, $"{process.Target.Name} {process.Target.Pid}: ", new Ink(Tone.Plain, Bold: true), box.Width - 4);
            x = frame.WriteCut(x, box.Y + 1 + i, finding.Text, ink, box.Right - x);
            string advice = $"  → {finding.Advice}";
            if (x + advice.Length <= box.Right)
                frame.Write(x, box.Y + 1 + i, advice, Tone.Dim);
            frame.Hot(box.Row(i + 1), () => Choose(screen, process), () => shell.Push(new ProcessScreen(shell, process)));
        }
    }

    private static void Choose(ProcessesScreen screen, ProcessModel process)
    {
        for (int i = 0; i < screen.List.Rows.Count; i++)
        {
            if (screen.List.Rows[i] == process)
                screen.List.Choose(i);
        }
    }

    private static Column<ProcessModel>[] Columns(Shell shell) =>
    [
        new("!", 1, false, 0, Mark),
        new("PID", 7, true, 0, process => new CellText($"{process.Target.Pid}", process.Gone is null ? default : Tone.Dim)),
        new("NAME", 14, false, 0, process => new CellText(process.Target.Name, process.Gone is null ? new Ink(Tone.Plain, Bold: true) : Tone.Dim), Grows: true),
        new("USER", 9, false, 6, process => new CellText(process.Target.User, Tone.Dim)),
        new("CPU%", 4, true, 0, process => Vital(process, shell, Words.Percent(process.Vitals.Cpu), process.Vitals.Cpu is { } cpu && cpu.HoldsSince(80) >= 20)),
        new("", 8, false, 1, process => Spark(process, shell, process.Vitals.Cpu, 8, most: 100)),
        new("HEAP", 6, true, 0, process => Vital(process, shell, Words.Latest(process.Vitals.Heap))),
        new("MB", 6, false, 2, process => Spark(process, shell, process.Vitals.Heap, 6)),
        new("GC%", 3, true, 1, process => Vital(process, shell, Words.Percent(process.Vitals.TimeInGc), process.Vitals.TimeInGc is { } share && share.Mean(10) >= 20)),
        new("", 4, false, 7, process => Spark(process, shell, process.Vitals.TimeInGc, 4, most: 100)),
        new("REQ/s", 6, true, 0, process => Vital(process, shell, Words.Latest(process.Vitals.Requests))),
        new("", 6, false, 3, process => Spark(process, shell, process.Vitals.Requests, 6)),
        new("EXC/s", 5, true, 1, process => Vital(process, shell, Words.Latest(process.Vitals.Exceptions), process.Vitals.Exceptions is { } thrown && thrown.Mean(10) >= 5)),
        new("", 5, false, 8, process => Spark(process, shell, process.Vitals.Exceptions, 5)),
        new("THR", 4, true, 2, Threads),
        new("UP", 6, true, 4, process => Up(process, shell)),
        new("YOU MAY", 44, false, 9, May),
    ];

    private static CellText Mark(ProcessModel process) => process switch
    {
        { Gone: not null } => new("✕", Tone.Dim),
        { Findings: [{ Urgent: true }, ..] } => new("‼", Tone.Bad),
        { Findings.Count: > 0 } => new("▲", Tone.Warn),
        _ => new(" "),
    };

    private static CellText Vital(ProcessModel process, Shell shell, string text, bool standsOut = false)
        => new(text, IsOld(process, shell) ? Tone.Dim : standsOut ? Tone.Warn : Tone.Plain);

    private static CellText Spark(ProcessModel process, Shell shell, Series? series, int width, double? most = null)
        => new(Graphs.Sparkline(series, width, 1, most), IsOld(process, shell) ? Tone.Dim : Tone.Accent);

    private static CellText Threads(ProcessModel process)
    {
        bool waits = process.Vitals.Queue is { Count: > 0 } queue && queue.Latest >= 20;
        return new(Words.Latest(process.Vitals.Threads) + (waits ? "!" : ""), waits ? Tone.Warn : Tone.Plain);
    }

    private static CellText Up(ProcessModel process, Shell shell)
    {
        DateTimeOffset now = shell.Clock.GetUtcNow();
        return process.Gone is { } gone ? new($"✕{Words.Age(now - gone)}", Tone.Dim) : new(Words.Age(now - process.Target.Started), Tone.Dim);
    }

    private static CellText May(ProcessModel process)
    {
        if (process.Gone is not null)
            return new("gone", Tone.Dim);
        if (process.WatchProblem is { } problem)
            return new(problem.What, Tone.Dim);
        string more = process.Listed.WithGrant is { Length: > 0 } with ? $" (with a grant: {string.Join(' ', with)})" : "";
        return new(string.Join(' ', process.Listed.Operations.Where(operation => !operation.StartsWith("process.", StringComparison.Ordinal))) + more, Tone.Dim);
    }

    private static bool IsOld(ProcessModel process, Shell shell) => process.LastSample is not { } last || shell.Clock.GetUtcNow() - last > Silent;
}
