using System.Globalization;
using DebugRelay.Cli.Text;
using DebugRelay.Cli.Tui.Drawing;
using DebugRelay.Cli.ViewModels;
using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Tui.Screens;

/// <summary>A recording: verdict first, volume over time, then what happened.</summary>
internal static class RecordingPainter
{
    public static void Draw(Frame frame, Box box, RecordingScreen screen)
    {
        Box inner = frame.Border(box, screen.Title, Tone.Border);
        int line = ScreenPainter.Paragraph(frame, inner, 0, Verdict(screen, out Ink ink), ink);
        if (screen.Story is not { } story)
        {
            ScreenPainter.Paragraph(frame, inner, line, screen.Entry.Problem ?? "it cannot be read", Tone.Bad);
            return;
        }
        line = Head(frame, inner, line, story);
        line = Volume(frame, inner, line, screen.Volume);
        Box body = inner.From(line);
        int below = body.Height >= 12 ? 2 : 0;
        ListPainter.Draw(frame, body.Head(body.Height - below), screen.List, Columns, () => screen.OnKey("p"), headed: false);
        if (below > 0 && screen.List.Chosen is { Operation: { } operation })
            Details(frame, inner.From(inner.Height - below), operation);
    }

    private static string Verdict(RecordingScreen screen, out Ink ink)
    {
        ink = screen.Verdict?.Status switch
        {
            VerdictStatus.Ok => new Ink(Tone.Good, Bold: true),
            VerdictStatus.Incomplete or VerdictStatus.Deleted => new Ink(Tone.Warn, Bold: true),
            null => Tone.Dim,
            _ => new Ink(Tone.Bad, Bold: true),
        };
        string sign = screen.Verdict?.Status switch { VerdictStatus.Ok => "● ", VerdictStatus.Incomplete or VerdictStatus.Deleted => "▲ ", null => "", _ => "✕ " };
        return sign + screen.VerdictText;
    }

    private static int Head(Frame frame, Box inner, int line, RecordedSession story)
    {
        string when = story.Opened is { } opened ? $"{opened.UtcDateTime:yyyy-MM-dd HH:mm}–{story.LastSeen?.UtcDateTime:HH:mm}Z" : "";
        string who = $"{Words.Name(story.Identity ?? "?")} · {story.Host} · {when}{(story.Incident is { } incident ? $" · {incident}" : "")}";
        frame.WriteCut(inner.X + 1, inner.Y + line, who, new Ink(Tone.Plain, Bold: true), inner.Width - 2);
        string masked = story.Scrubbed.Count == 0 ? "masked nothing" : $"masked {string.Join(" · ", story.Scrubbed.Take(6).Select(rule => $"{rule.Key} {Amounts.Count(rule.Value)}"))}";
        frame.WriteCut(inner.X + 1, inner.Y + line + 1, masked, Tone.Masked, inner.Width - 2);
        return line + 2;
    }

    private static int Volume(Frame frame, Box inner, int line, IReadOnlyList<VolumeSpan> volume)
    {
        if (volume.Count == 0)
            return line;
        int width = inner.Width - 26;
        var series = new Series();
        foreach (double bytes in Buckets(volume, Math.Min(width, Series.Capacity)))
            series.Add(bytes);
        int x = frame.Write(inner.X + 1, inner.Y + line, "delivered ", Tone.Dim);
        x = frame.Write(x, inner.Y + line, Graphs.Sparkline(series, series.Count), Tone.Accent, width);
        frame.Write(x + 1, inner.Y + line, Amounts.Bytes(volume.Sum(span => span.Bytes)), new Ink(Tone.Plain, Bold: true));
        return line + 1;
    }

    private static double[] Buckets(IReadOnlyList<VolumeSpan> volume, int count)
    {
        var buckets = new double[Math.Clamp(volume.Count, 1, Math.Max(1, count))];
        for (int i = 0; i < volume.Count; i++)
            buckets[(int)((long)i * buckets.Length / volume.Count)] += volume[i].Bytes;
        return buckets;
    }

    private static readonly Column<StoryLine>[] Columns =
    [
        new("", 8, false, 0, line => new CellText(line.Time?.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture) ?? "?", Tone.Dim)),
        new("", 6, false, 0, line => new CellText(line.Kind, Tint(line.Tone))),
        new("", 34, false, 0, line => new CellText(line.Text, line.Tone == StoryTone.Denied ? Tone.Warn : Tone.Plain), Grows: true),
        new("", 26, false, 1, line => new CellText(line.Note, Tone.Dim), Grows: true),
    ];

    private static Ink Tint(StoryTone tone) => tone switch
    {
        StoryTone.Allowed => Tone.Good,
        StoryTone.Denied => new Ink(Tone.Warn, Bold: true),
        StoryTone.Emergency => new Ink(Tone.Bad),
        _ => Tone.Accent,
    };

    private static void Details(Frame frame, Box box, RecordedOperation operation)
    {
        frame.Write(box.X, box.Y, new string('─', box.Width), Tone.Border);
        string grant = operation.Grant is { } id ? $"grant {id} · " : "";
        string masked = operation.Scrubbed.Count > 0 ? $"masked {string.Join(" · ", operation.Scrubbed.OrderByDescending(rule => rule.Value).Select(rule => $"{rule.Key} {Amounts.Count(rule.Value)}"))} · " : "";
        frame.WriteCut(box.X + 1, box.Y + 1, $"#{operation.Number} {grant}{masked}signed by him: {operation.RequestSha256?[..12]}… {string.Join(", ", operation.Providers)}", Tone.Dim, box.Width - 2);
    }
}
