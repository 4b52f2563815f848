using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>Draws everything: who and where, the screen with what lies over it, what just happened, and the keys that work now.</summary>
internal static class ScreenPainter
{
    public const int LeastWidth = 80;
    public const int LeastHeight = 24;

    public static Frame Draw(Shell shell, int width, int height)
    {
        var frame = new Frame(width, height);
        if (width < LeastWidth / 2 || height < LeastHeight / 2)
        {
            frame.Write(0, 0, $"{LeastWidth}×{LeastHeight} is needed, this is {width}×{height}", Tone.Warn);
            return frame;
        }
        TopLine.Draw(frame, shell);
        var body = new Box(0, 1, width, height - 3);
        int from = LastWhole(shell);
        for (int i = from; i < shell.Screens.Count; i++)
        {
            if (i > from)
                frame.ForgetSpots();
            Body(frame, body, shell, shell.Screens[i]);
        }
        HintLine.Draw(frame, shell, height - 1);
        MessageLine(frame, shell, height - 2);
        return frame;
    }

    private static int LastWhole(Shell shell)
    {
        int last = shell.Screens.Count - 1;
        while (shell.Screens[last].IsOverlay)
            last--;
        return last;
    }

    private static void Body(Frame frame, Box box, Shell shell, Screen screen)
    {
        switch (screen)
        {
            case HostsScreen hosts:
                HostsPainter.Draw(frame, box, hosts, shell);
                break;
            case ProcessesScreen processes:
                ProcessesPainter.Draw(frame, box, processes, shell);
                break;
            case ProcessScreen process:
                ProcessPainter.Draw(frame, box, process, shell);
                break;
            case MayScreen may:
                MayPainter.Draw(frame, box, may);
                break;
            case InboxScreen inbox:
                InboxPainter.Draw(frame, box, inbox, shell);
                break;
            case SessionsScreen sessions:
                SessionsPainter.Draw(frame, box, sessions, shell);
                break;
            case WatchScreen watch:
                FeedPainter.Draw(frame, box, watch.Title, watch.Over ?? "live", watch.List);
                break;
            case RecordingsScreen recordings:
                RecordingsPainter.Draw(frame, box, recordings);
                break;
            case RecordingScreen recording:
                RecordingPainter.Draw(frame, box, recording);
                break;
            case ReplayScreen replay:
                FeedPainter.Draw(frame, box, replay.Title, replay.IsOver ? "at its end" : replay.IsPaused ? "paused" : replay.Speed, replay.List);
                break;
            case EnvironmentScreen environment:
                EnvironmentPainter.Draw(frame, box, environment);
                break;
            case NoticesScreen notices:
                NoticesPainter.Draw(frame, box, notices);
                break;
            default:
                OverlayPainter.Draw(frame, box, screen);
                break;
        }
    }

    private static void MessageLine(Frame frame, Shell shell, int y)
    {
        frame.Fill(new Box(0, y, frame.Width, 1), default);
        if (shell.Filter is { } filter)
        {
            int x = frame.Write(1, y, "/", new Ink(Tone.Key, Bold: true));
            frame.Write(x, y, filter.Text, new Ink(Tone.Plain, Bold: true));
            frame.SetCursor(x + Frame.Columns(filter.Text[..filter.Cursor]), y);
        }
        else if (shell.Message is { } message)
            frame.WriteCut(1, y, message, new Ink(Tone.Accent, Bold: true), frame.Width - 2);
        else if (shell.Top.Filtered is { Filter.Length: > 0 } filtered)
            frame.WriteCut(1, y, $"only what has \"{filtered.Filter}\" in it; Esc shows all", Tone.Accent, frame.Width - 2);
    }

    /// <summary>Instead of content that cannot be shown: what happened, and what to do.</summary>
    public static void Failure(Frame frame, Box box, Failure failure)
    {
        bool refused = failure.ExitCode == ExitCode.Refused;
        int y = Paragraph(frame, box, 0, (refused ? "✕ refused: " : "✕ ") + failure.What, refused ? Tone.Warn : Tone.Bad);
        if (failure.ToDo is { } toDo)
            Paragraph(frame, box, y, $"→ {toDo}", Tone.Plain);
    }

    /// <summary>Writes a text over as many lines as it needs.</summary>
    /// <returns>The line after it.</returns>
    public static int Paragraph(Frame frame, Box box, int line, string text, Ink ink)
    {
        foreach (string part in Wrap(text, Math.Max(10, box.Width - 2)))
        {
            if (line >= box.Height)
                break;
            frame.Write(box.X + 1, box.Y + line++, part, ink, box.Width - 2);
        }
        return line;
    }

    public static IEnumerable<string> Wrap(string text, int width)
    {
        string rest = text;
        string indent = new(' ', text.Length - text.TrimStart().Length);
        while (rest.Length > width)
        {
            int at = rest.LastIndexOf(' ', width);
            if (at <= indent.Length)
                at = width;
            yield return rest[..at];
            rest = indent + rest[at..].TrimStart();
        }
        yield return rest;
    }
}
