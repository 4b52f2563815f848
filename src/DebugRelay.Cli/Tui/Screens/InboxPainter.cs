using DebugRelay.Cli.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>Requests that wait, and the chosen one whole.</summary>
internal static class InboxPainter
{
    public static void Draw(Frame frame, Box box, InboxScreen screen, Shell shell)
    {
        Box inner = frame.Border(box, screen.Title, Tone.Border);
        if (screen.Problem is { } problem)
        {
            ScreenPainter.Failure(frame, inner.From(1), problem);
            return;
        }
        if (screen.List.Count == 0)
        {
            ScreenPainter.Paragraph(frame, inner.From(1), 0, screen.IsRead ? "No request waits on this host that you may see." : "reading …", Tone.Dim);
            return;
        }
        int below = Math.Min(7, inner.Height / 2);
        ListPainter.Draw(frame, inner.Head(inner.Height - below), screen.List, Columns(screen, shell), () => screen.OnKey("a"));
        if (screen.List.Chosen is { } chosen)
            Whole(frame, inner.From(inner.Height - below), chosen, screen);
    }

    private static Column<AccessLetter>[] Columns(InboxScreen screen, Shell shell) =>
    [
        new("ID", 15, false, 3, letter => new CellText(letter.Id, Tone.Dim)),
        new("WHO", 12, false, 0, letter => new CellText(screen.IsMine(letter) ? "you" : Words.Name(letter.Requester), new Ink(Tone.Plain, Bold: true))),
        new("WANTS", 14, false, 0, letter => string.Join(' ', letter.Operations)),
        new("WITH", 20, false, 2, letter => letter.Processes.Count > 0 ? string.Join(", ", letter.Processes) : "any"),
        new("FOR", 8, false, 1, letter => Durations.Show(letter.For)),
        new("WHY", 20, false, 0, letter => letter.Incident is { } incident ? $"{letter.Reason} ({incident})" : letter.Reason, Grows: true),
        new("SIGNED", 9, false, 0, letter => letter.Signers.Count > 0 ? new CellText($"● by {letter.Signers.Count}", Tone.Good) : new CellText("waits", Tone.Warn)),
        new("UNTIL", 6, false, 2, letter => new CellText(Words.Minute(letter.Ends), letter.Ends - shell.Clock.GetUtcNow() < TimeSpan.FromHours(1) ? Tone.Warn : Tone.Dim)),
    ];

    private static void Whole(Frame frame, Box box, AccessLetter letter, InboxScreen screen)
    {
        frame.Write(box.X, box.Y, new string('─', box.Width), Tone.Border);
        frame.Write(box.X + 1, box.Y, $" {letter.Id} ", new Ink(Tone.Title, Bold: true));
        int line = 1;
        foreach (string text in InboxScreen.Lines(letter))
            line = ScreenPainter.Paragraph(frame, box, line, text, default);
        string signed = letter.Signers.Count == 0 ? "nobody has signed yet" : $"signed by {string.Join(", ", letter.Signers)}";
        string next = screen.IsMine(letter) ? letter.Signers.Count > 0 ? "; u takes the grant into this session" : "; nobody approves his own request" : "; a signs it";
        ScreenPainter.Paragraph(frame, box, line, signed + next, Tone.Accent);
    }
}
