using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>The sessions of a host.</summary>
internal static class SessionsPainter
{
    public static void Draw(Frame frame, Box box, SessionsScreen screen, Shell shell)
    {
        Box inner = frame.Border(box, $"{screen.Title}{(screen.IsRead ? $" {screen.List.Count}" : "")}", Tone.Border);
        if (screen.Problem is { } problem)
        {
            ScreenPainter.Failure(frame, inner.From(1), problem);
            return;
        }
        if (!screen.IsRead)
        {
            ScreenPainter.Paragraph(frame, inner.From(1), 0, "reading …", Tone.Dim);
            return;
        }
        int line = 0;
        foreach (string each in screen.Problems)
            line = ScreenPainter.Paragraph(frame, inner, line, $"▲ the host refused a file and keeps what it read before: {each}", Tone.Warn);
        ListPainter.Draw(frame, inner.From(line), screen.List, Columns(screen, shell), () => screen.OnKey("Enter"));
    }

    private static Column<ListedSession>[] Columns(SessionsScreen screen, Shell shell) =>
    [
        new("SESSION", 9, false, 0, session => new CellText(session.Session[..Math.Min(8, session.Session.Length)], Tone.Dim)),
        new("WHO", 14, false, 0, session => screen.IsOurs(session) ? new CellText("you", new Ink(Tone.Accent, Bold: true)) : new CellText(Words.Name(session.Identity), new Ink(Tone.Plain, Bold: true))),
        new("OPEN", 6, true, 1, session => Words.Age(shell.Clock.GetUtcNow() - session.Opened)),
        new("UNTIL", 6, false, 2, session => Words.Minute(session.NotAfter)),
        new("DOES", 26, false, 0, Does, Grows: true),
        new("WHY", 18, false, 0, session => string.Join(" · ", new[] { session.Incident, session.Reason }.Where(each => each is not null)), Grows: true),
    ];

    private static CellText Does(ListedSession session)
    {
        if (session.Operations.Length == 0)
            return new("nothing now", Tone.Dim);
        IEnumerable<string> kinds = session.Operations.GroupBy(each => each.Operation)
            .Select(group => group.Count() == 1 ? $"{group.Key} {group.First().Process}" : $"{group.Key} of {group.Count()}");
        return string.Join(", ", kinds);
    }
}
