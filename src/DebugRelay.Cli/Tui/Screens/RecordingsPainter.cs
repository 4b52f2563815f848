using System.Globalization;
using DebugRelay.Cli.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>The recordings of this machine.</summary>
internal static class RecordingsPainter
{
    public static void Draw(Frame frame, Box box, RecordingsScreen screen)
    {
        Box inner = frame.Border(box, $"{screen.Title} recordings in {screen.Folder}", Tone.Border);
        if (screen.List.Count == 0)
        {
            string why = screen.IsRead ? $"There is no recording in {screen.Folder}. Recordings lie on the hosts and in the archive; copy the folders of sessions there, or give another folder with --recordings." : "reading …";
            ScreenPainter.Paragraph(frame, inner.From(1), 0, why, Tone.Dim);
            return;
        }
        ListPainter.Draw(frame, inner, screen.List, Columns, () => screen.OnKey("Enter"));
    }

    private static readonly Column<LibraryEntry>[] Columns =
    [
        new("OPENED", 16, false, 0, entry => entry.Story?.Opened is { } opened ? opened.UtcDateTime.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) : "?"),
        new("WHO", 12, false, 0, entry => entry.Story?.Identity is { } who ? new CellText(Words.Name(who), new Ink(Tone.Plain, Bold: true)) : "?"),
        new("HOST", 14, false, 2, entry => entry.Story?.Host ?? "?"),
        new("ASKED", 5, true, 1, entry => entry.Story is { } story ? Amounts.Count(story.Operations.Count) : ""),
        new("DENIED", 6, true, 1, entry => entry.Story is { Refused: > 0 } story ? new CellText(Amounts.Count(story.Refused), Tone.Warn) : ""),
        new("OUT", 7, true, 1, entry => entry.Story is { } story ? Amounts.Bytes(story.Bytes) : ""),
        new("REVIEW", 7, false, 0, Review),
        new("WHY", 20, false, 0, entry => entry.Problem is { } problem ? new CellText($"✕ {problem}", Tone.Bad) : Why(entry), Grows: true),
        new("SESSION", 9, false, 3, entry => new CellText(entry.Session[..Math.Min(8, entry.Session.Length)], Tone.Dim)),
    ];

    private static CellText Why(LibraryEntry entry) => string.Join(" · ", new[] { entry.Story?.Incident, entry.Story?.Reason }.Where(each => each is not null));

    private static CellText Review(LibraryEntry entry) => entry switch
    {
        { ReviewedBy.Count: > 0 } => new("signed", Tone.Good),
        _ when RecordingsScreen.IsDue(entry) => new("‼ DUE", Tone.Bad),
        _ => new("–", Tone.Dim),
    };
}
