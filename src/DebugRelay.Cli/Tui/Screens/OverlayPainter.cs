using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>What lies over a screen: help, palette, questions, forms.</summary>
internal static class OverlayPainter
{
    public static void Draw(Frame frame, Box box, Screen screen)
    {
        switch (screen)
        {
            case HelpScreen help:
                Help(frame, box, help);
                break;
            case PaletteScreen palette:
                PaletteList(frame, box, palette);
                break;
            case ConfirmScreen confirm:
                Confirm(frame, box, confirm);
                break;
            case RefusalScreen refusal:
                Refusal(frame, box, refusal);
                break;
            case RequestScreen request:
                Request(frame, box, request);
                break;
            case ReviewScreen review:
                Review(frame, box, review);
                break;
        }
    }

    private static Box Open(Frame frame, Box box, string title, int width, int height)
    {
        Box window = box.Middle(Math.Min(width, box.Width - 4), Math.Min(height, box.Height));
        frame.Fill(window, default);
        return frame.Border(window, title, new Ink(Tone.Accent));
    }

    private static void Help(Frame frame, Box box, HelpScreen help)
    {
        Box inner = Open(frame, box, help.Title, 110, box.Height - 2);
        var lines = new List<(string Key, string Text)>();
        foreach (string text in help.Explanation)
            lines.AddRange(ScreenPainter.Wrap(text, inner.Width - 2).Select(part => ("", part)));
        lines.Add(("", ""));
        lines.AddRange(help.Keys.Where(key => key.Does.Length > 0).Select(key => (key.Key, key.Does)));
        help.Show(lines.Count, inner.Height);
        for (int i = 0; i < inner.Height && help.From + i < lines.Count; i++)
        {
            (string key, string text) = lines[help.From + i];
            if (key.Length > 0)
                frame.WriteRight(inner.X + 1, inner.Y + i, key, new Ink(Tone.Key, Bold: true), 8);
            frame.Write(inner.X + 1 + (key.Length > 0 ? 10 : 0), inner.Y + i, text, default, inner.Width - 2);
        }
        if (lines.Count > inner.Height)
            frame.Write(inner.Right - 12, inner.Bottom, " ↑↓ more ", Tone.Key);
    }

    private static readonly Column<PaletteEntry>[] PaletteColumns =
    [
        new("", 3, true, 0, entry => new CellText(entry.Key ?? "", new Ink(Tone.Key, Bold: true))),
        new("", 18, false, 0, entry => new CellText(entry.Name, new Ink(Tone.Plain, Bold: true))),
        new("", 20, false, 0, entry => entry.Does, Grows: true),
    ];

    private static void PaletteList(Frame frame, Box box, PaletteScreen palette)
    {
        Box inner = Open(frame, box, palette.Title, 76, 18);
        int x = frame.Write(inner.X + 1, inner.Y, ":", new Ink(Tone.Key, Bold: true));
        frame.Write(x, inner.Y, palette.Input.Text, new Ink(Tone.Plain, Bold: true), inner.Width - 3);
        frame.SetCursor(x + Frame.Columns(palette.Input.Text[..palette.Input.Cursor]), inner.Y);
        ListPainter.Draw(frame, inner.From(1), palette.List, PaletteColumns, () => palette.OnKey("Enter"), headed: false);
    }

    private static void Confirm(Frame frame, Box box, ConfirmScreen confirm)
    {
        string[] lines = [.. confirm.Lines.SelectMany(line => ScreenPainter.Wrap(line, 66))];
        Box inner = Open(frame, box, confirm.Title, 72, lines.Length + 5);
        for (int i = 0; i < lines.Length; i++)
            frame.Write(inner.X + 1, inner.Y + 1 + i, lines[i], default, inner.Width - 2);
        int y = inner.Y + lines.Length + 2;
        int x = frame.Write(inner.X + 1, y, "y", new Ink(Tone.Key, Bold: true));
        x = frame.Write(x, y, " yes", default);
        frame.Hot(new Box(inner.X + 1, y, 5, 1), () => confirm.OnKey("y"));
        frame.Write(x + 3, y, "n", new Ink(Tone.Key, Bold: true));
        frame.Write(x + 4, y, " no", default);
        frame.Hot(new Box(x + 3, y, 4, 1), () => confirm.OnKey("n"));
    }

    private static void Refusal(Frame frame, Box box, RefusalScreen refusal)
    {
        Box inner = Open(frame, box, refusal.Title, 76, 11);
        int line = ScreenPainter.Paragraph(frame, inner, 0, refusal.What, new Ink(Tone.Plain, Bold: true));
        line = ScreenPainter.Paragraph(frame, inner, line, refusal.Failure.What, Tone.Warn);
        if (refusal.CanBeAskedFor)
        {
            int x = frame.Write(inner.X + 1, inner.Y + line + 1, "r", new Ink(Tone.Key, Bold: true));
            frame.Write(x, inner.Y + line + 1, " request access: reason, incident, time; approvers find it on the host", default, inner.Width - 3);
            frame.Hot(inner.Row(line + 1), () => refusal.OnKey("r"));
        }
        else if (refusal.Failure.ToDo is { } toDo)
            ScreenPainter.Paragraph(frame, inner, line + 1, $"→ {toDo}", default);
    }

    private static void Request(Frame frame, Box box, RequestScreen request)
    {
        Box inner = Open(frame, box, request.Title, 76, request.Fields.Count + 8);
        ScreenPainter.Paragraph(frame, inner, 0, $"{request.Operation} with {request.Target}", new Ink(Tone.Plain, Bold: true));
        for (int i = 0; i < request.Fields.Count; i++)
            Field(frame, inner, 2 + i, request.Fields[i], i == request.At);
        string word = request.Problem ?? "It waits on the host for its approvers, and gives no right until they have signed.";
        ScreenPainter.Paragraph(frame, inner, request.Fields.Count + 3, word, request.Problem is null ? Tone.Dim : new Ink(Tone.Bad));
    }

    private static void Field(Frame frame, Box inner, int line, FormField field, bool at)
    {
        frame.Write(inner.X + 1, inner.Y + line, field.Name, at ? new Ink(Tone.Key, Bold: true) : Tone.Dim);
        int width = inner.Width - 14;
        int from = Math.Max(0, field.Input.Cursor - width + 2);
        frame.Fill(new Box(inner.X + 11, inner.Y + line, width, 1), new Ink(Tone.Plain, Selected: at));
        frame.Write(inner.X + 11, inner.Y + line, field.Input.Text[from..], new Ink(Tone.Plain, Selected: at), width);
        if (at)
            frame.SetCursor(inner.X + 11 + Frame.Columns(field.Input.Text[from..field.Input.Cursor]), inner.Y + line);
    }

    private static void Review(Frame frame, Box box, ReviewScreen review)
    {
        Box inner = Open(frame, box, review.Title, 76, 9);
        ScreenPainter.Paragraph(frame, inner, 0, $"of the session of {review.Entry.Story?.Identity}", new Ink(Tone.Plain, Bold: true));
        Field(frame, inner, 2, new FormField("comment", review.Comment), at: true);
        ScreenPainter.Paragraph(frame, inner, 4, review.Problem ?? "Enter verifies it once more and signs with your certificate's key.", review.Problem is null ? Tone.Dim : new Ink(Tone.Bad));
    }
}
