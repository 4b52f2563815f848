using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>Who I am, on which host, until when, that I am recorded; or since when the link is lost.</summary>
internal static class TopLine
{
    public static void Draw(Frame frame, Shell shell)
    {
        int x = frame.Write(1, 0, "DebugRelay", new Ink(Tone.Accent, Bold: true)) + 2;
        HostModel host = shell.Host;
        if (host.Link == LinkState.Closed)
        {
            frame.Write(x, 0, "no session: nothing is recorded", Tone.Dim);
            return;
        }
        if (host.Link is LinkState.Lost or LinkState.Refused)
            Lost(frame, x, host, shell.Clock.GetUtcNow());
        else if (host.Facts is { } facts && host.Link == LinkState.Open)
            Open(frame, x, host, facts, shell.Clock.GetUtcNow());
        else
            frame.Write(x, 0, $"connecting to {host.Relay.Address} …", Tone.Dim);
    }

    private static void Open(Frame frame, int x, HostModel host, SessionFacts facts, DateTimeOffset now)
    {
        string heads = host.HeadAt is { } at ? $"heads kept {Words.Ago(now - at)}" : "";
        int room = frame.Width - 1 - (frame.Width >= 110 ? heads.Length + 2 : 0);
        x = frame.WriteCut(x, 0, Words.Name(facts.Identity), new Ink(Tone.Plain, Bold: true), room - x);
        x = Part(frame, x, facts.Host, Tone.Plain, room);
        if (frame.Width >= 100)
            x = Part(frame, x, string.Join(",", facts.Roles), Tone.Plain, room);
        bool soon = facts.NotAfter - now < TimeSpan.FromMinutes(5);
        x = frame.WriteCut(x, 0, $" until {Words.Minute(facts.NotAfter)}{(soon ? "!" : "")}", soon ? Tone.Warn : Tone.Plain, room - x);
        x = Part(frame, x, $"● recorded {facts.Session[..Math.Min(8, facts.Session.Length)]}", Tone.Good, room);
        if (facts.Incident is { } incident)
            Part(frame, x, incident, Tone.Plain, room);
        if (frame.Width >= 110)
            frame.Write(frame.Width - 1 - heads.Length, 0, heads, Tone.Dim);
    }

    private static void Lost(Frame frame, int x, HostModel host, DateTimeOffset now)
    {
        string what = host.Link == LinkState.Refused ? "‼ session over" : "‼ link lost";
        string next = host.NextTry is { } time ? $"next try in {Math.Max(0, (int)Math.Ceiling((time - now).TotalSeconds))} s" : host.Link == LinkState.Refused ? "r tries again" : "trying …";
        string line = $"{what} since {Words.Clock(host.Since)} · {next} · {host.Problem?.What}";
        frame.WriteCut(x, 0, line, Tone.Bad, frame.Width - 1 - x);
    }

    private static int Part(Frame frame, int x, string text, Ink ink, int room)
    {
        if (text.Length == 0)
            return x;
        int at = frame.Write(x, 0, " · ", Tone.Dim, room - x);
        return frame.WriteCut(at, 0, text, ink, room - at);
    }
}
