using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>Lines as they come.</summary>
internal static class FeedPainter
{
    public static void Draw(Frame frame, Box box, string title, string state, ListModel<FeedLine> list)
    {
        Box inner = frame.Border(box, $"{title} · {state}", Tone.Border);
        if (list.Rows.Count == 0)
            ScreenPainter.Paragraph(frame, inner.From(1), 0, "nothing so far", Tone.Dim);
        list.Show(inner.Height);
        for (int line = 0; line < inner.Height && list.Top + line < list.Rows.Count; line++)
        {
            int index = list.Top + line;
            Box row = inner.Row(line);
            MaskedText.Write(frame, row.X + 1, row.Y, list.Rows[index].Text, Ink(list.Rows[index].Text), row.Width - 2);
            if (index == list.Index && !list.Follows)
                frame.Tint(row, ink => ink with { Selected = true });
            frame.Hot(row, () => list.Choose(index));
        }
    }

    private static Ink Ink(string text) => text.Contains(" DENY ", StringComparison.Ordinal) ? Tone.Warn : default(Ink);
}
