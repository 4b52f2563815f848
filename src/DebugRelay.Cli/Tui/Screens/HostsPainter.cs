using DebugRelay.Cli.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>Hosts and their health.</summary>
internal static class HostsPainter
{
    private static readonly TimeSpan Slow = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Skewed = TimeSpan.FromSeconds(30);

    public static void Draw(Frame frame, Box box, HostsScreen screen, Shell shell)
    {
        Box inner = frame.Border(box, screen.Title, Tone.Border);
        ListPainter.Draw(frame, inner, screen.List, Columns(shell), () => screen.OnKey("Enter"));
    }

    private static Column<HostModel>[] Columns(Shell shell) =>
    [
        new("HOST", 16, false, 0, host => new CellText(host.Name, new Ink(Tone.Plain, Bold: true)), Grows: true),
        new("ADDRESS", 22, false, 3, host => host.Relay.Address),
        new("HEALTH", 28, false, 0, Health),
        new("ANSWER", 7, true, 1, host => host.Knock is { } knock ? $"{knock.Took.TotalMilliseconds:0} ms" : "–"),
        new("CLOCK", 7, true, 2, Clock),
        new("AGENT", 8, false, 4, host => host.Knock?.Version ?? ""),
        new("SESSION", 16, false, 2, host => SessionOf(host, shell.Clock.GetUtcNow())),
        new("STANDS OUT", 24, false, 5, Findings),
    ];

    private static CellText Health(HostModel host) => host switch
    {
        { Link: LinkState.Lost } => new("✕ link lost", new Ink(Tone.Bad)),
        { KnockProblem: { } problem } => new($"✕ {problem.What}", new Ink(Tone.Bad)),
        { Knock: null } => new("· looking …", Tone.Dim),
        { Knock: { } knock } when knock.ClockSkew.Duration() > Skewed => new("▲ its clock differs from yours", new Ink(Tone.Warn)),
        { Knock: { } knock } when knock.Took > Slow => new("▲ slow to answer", new Ink(Tone.Warn)),
        _ => new("● takes your certificate", new Ink(Tone.Good)),
    };

    private static CellText Clock(HostModel host) => host.Knock is { } knock
        ? new($"{knock.ClockSkew.TotalSeconds:+0.0;-0.0;0.0} s", knock.ClockSkew.Duration() > Skewed ? Tone.Warn : Tone.Plain)
        : new("–", Tone.Dim);

    private static CellText SessionOf(HostModel host, DateTimeOffset now) => host switch
    {
        { Link: LinkState.Open, Facts: { } facts } => new($"● until {Words.Minute(facts.NotAfter)}", Tone.Good),
        { Link: LinkState.Connecting } => new("opening …", Tone.Dim),
        { Link: LinkState.Lost } => new($"lost {Durations.Show(now - host.Since)}", Tone.Bad),
        { Link: LinkState.Refused } => new("over", Tone.Warn),
        _ => new("none", Tone.Dim),
    };

    private static CellText Findings(HostModel host)
    {
        Finding[] all = [.. host.Processes.SelectMany(process => process.Findings)];
        return all.Length == 0 ? new("") : new($"{(all.Any(finding => finding.Urgent) ? "‼" : "▲")} {all.Length} in {host.Processes.Count(process => process.Findings.Count > 0)} processes", Tone.Warn);
    }
}
