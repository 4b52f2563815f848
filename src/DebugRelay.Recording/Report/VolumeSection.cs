namespace DebugRelay.Recording;

/// <summary>How much left the host when, and what was masked in it: two charts, each with its figures in words.</summary>
internal static class VolumeSection
{
    private const int MaxBars = 240;
    private const int Height = 100;

    public static void Write(HtmlWriter html, ReportFacts facts)
    {
        html.Open("section", "id", "delivered", "aria-labelledby", "delivered-h").Element("h2", "What left the host", "id", "delivered-h");
        WriteVolume(html, facts);
        WriteMasks(html, facts.Session);
        html.Close();
    }

    private static void WriteVolume(HtmlWriter html, ReportFacts facts)
    {
        var total = facts.Volume.Sum(span => span.Bytes);
        if (total == 0 || facts.Volume is not [var first, ..])
        {
            html.Element("p", "No checkpoint states that data were delivered.");
            return;
        }

        var last = facts.Volume[^1].To;
        var scale = new TimeScale(first.From, last);
        var bars = Bars(facts.Volume, first.From, last);
        var peak = bars.Max();
        var width = TimeScale.Width / (double)bars.Length;
        var seconds = Math.Max((last - first.From).TotalSeconds, 0.001) / bars.Length;
        html.Open("figure").Element("figcaption", $"{ReportText.Bytes(total)} delivered, by time, as the checkpoints state it; the highest bar is {ReportText.Bytes((long)(peak / seconds))}/s.");
        html.Open("svg", "class", "volume", "viewBox", $"0 0 {TimeScale.Width} {Height}", "preserveAspectRatio", "none", "role", "img",
            "aria-label", $"Bar chart of bytes delivered over time: {ReportText.Bytes(total)} in all.");
        html.Open("line", "x1", "0", "x2", $"{TimeScale.Width}", "y1", "50", "y2", "50").Close();
        for (var i = 0; i < bars.Length; i++)
        {
            if (bars[i] <= 0)
                continue;
            var height = Math.Max(bars[i] / peak * Height, 1);
            html.Open("rect", "x", TimeScale.Number(i * width), "y", TimeScale.Number(Height - height), "width", TimeScale.Number(width * .86), "height", TimeScale.Number(height)).Close();
        }

        html.Close();
        TimelineSection.WriteAxis(html, scale);
        html.Close();
    }

    /// <summary>Spreads each span evenly over the bars that it covers: checkpoints come every five seconds, bars as the width allows.</summary>
    private static double[] Bars(IReadOnlyList<VolumeSpan> spans, DateTimeOffset from, DateTimeOffset to)
    {
        var seconds = Math.Max((to - from).TotalSeconds, 0.001);
        var bars = new double[Math.Clamp(spans.Count, 1, MaxBars)];
        foreach (var span in spans.Where(s => s.Bytes > 0))
        {
            var begin = Math.Clamp((span.From - from).TotalSeconds / seconds, 0, 1) * bars.Length;
            var end = Math.Clamp((span.To - from).TotalSeconds / seconds, 0, 1) * bars.Length;
            var length = Math.Max(end - begin, 1e-9);
            for (var bar = (int)begin; bar < bars.Length && bar < end; bar++)
                bars[bar] += span.Bytes * Math.Max(0, Math.Min(end, bar + 1) - Math.Max(begin, bar)) / length;
        }

        return bars;
    }

    private static void WriteMasks(HtmlWriter html, RecordedSession session)
    {
        html.Element("h3", "Masked before it left");
        if (session.Scrubbed is not [var most, ..] masks)
        {
            html.Element("p", session.Bytes == 0 ? "Nothing was delivered." : "The scrubber found nothing to mask.");
            return;
        }

        html.Open("table", "class", "masks").Element("caption", $"Values masked, by rule of the profile {session.Scrub}. Counts only: a masked value is stored nowhere.");
        html.Open("thead").Open("tr");
        html.Element("th", "Rule", "scope", "col").Element("th", "Values", "scope", "col", "class", "num").Element("th", "Share", "scope", "col");
        html.Close().Close().Open("tbody");
        foreach (var (rule, count) in masks)
        {
            html.Open("tr").Open("td").Element("code", rule).Close().Element("td", ReportText.Count(count), "class", "num");
            html.Open("td").Open("svg", "viewBox", $"0 0 {TimeScale.Width} 20", "preserveAspectRatio", "none", "aria-hidden", "true", "focusable", "false")
                .Open("rect", "x", "0", "y", "3", "width", TimeScale.Number(Math.Max(count * (double)TimeScale.Width / most.Value, 3)), "height", "14").Close().Close().Close();
            html.Close();
        }

        html.Close().Close();
    }
}
