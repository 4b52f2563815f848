namespace DebugRelay.Recording;

/// <summary>What ran when, to scale: a lane an operation, so that it reads as well on a telephone as on paper.</summary>
internal static class TimelineSection
{
    // Unlike the table of decisions, a drawing of thousands of lanes tells nobody anything.
    private const int MaxLanes = 200;

    public static void Write(HtmlWriter html, RecordedSession session)
    {
        html.Open("section", "id", "timeline", "aria-labelledby", "timeline-h").Element("h2", "Timeline", "id", "timeline-h");
        if (session.Opened is not { } from || session.LastSeen is not { } to || session.Operations.Count == 0)
        {
            html.Element("p", "Nothing was asked in this session.").Close();
            return;
        }

        var scale = new TimeScale(from, to);
        html.Element("p", $"{ReportText.Clock(from)} to {ReportText.Clock(to)} UTC, {ReportText.Duration(to - from)}. Each bar is as long as its operation ran.", "class", "fine");
        html.Open("ol", "class", "lanes");
        foreach (var operation in session.Operations.Take(MaxLanes))
            WriteLane(html, operation, scale, to);
        html.Close();
        WriteAxis(html, scale);
        if (session.Operations.Count > MaxLanes)
            html.Element("p", $"The first {MaxLanes} of {ReportText.Count(session.Operations.Count)} operations; the table below has all.", "class", "fine");
        WriteLegend(html);
        html.Close();
    }

    public static void WriteAxis(HtmlWriter html, TimeScale scale)
    {
        html.Open("div", "class", "axis", "aria-hidden", "true");
        var index = 0;
        foreach (var tick in scale.Ticks())
            html.Element("span", ReportText.Clock(tick), "class", index++ is 0 or 4 ? null : "mid");
        html.Close();
    }

    private static void WriteLane(HtmlWriter html, RecordedOperation operation, TimeScale scale, DateTimeOffset end)
    {
        var begin = operation.Decided ?? operation.Asked;
        var over = operation.Allowed == true ? operation.Ended ?? end : begin;
        var (kind, words) = operation switch
        {
            { Allowed: true, Ended: null } => ("cut", "no end is recorded"),
            { Allowed: true, Partial: true } => ("cut", $"cut after {ReportText.Duration(over - begin)}"),
            { Allowed: true } => ("run", $"ran {ReportText.Duration(over - begin)}"),
            { Allowed: false } => ("no", "refused"),
            _ => ("cut", "not decided"),
        };
        html.Open("li").Open("div", "class", "what").Text(Title(operation))
            .Element("small", $"{ReportText.Clock(begin)} · {words}{(operation.Bytes is { } bytes ? $" · {ReportText.Bytes(bytes)}" : "")}").Close();
        var x = scale.At(begin);
        var width = Math.Max(scale.At(over) - x, 5);
        html.Open("svg", "class", "lane", "viewBox", $"0 0 {TimeScale.Width} 20", "preserveAspectRatio", "none", "aria-hidden", "true", "focusable", "false");
        for (var quarter = 1; quarter < 4; quarter++)
            html.Open("rect", "class", "tick", "x", TimeScale.Number(quarter * TimeScale.Width / 4), "y", "0", "width", "1", "height", "20").Close();
        html.Open("rect", "class", kind, "x", TimeScale.Number(Math.Min(x, TimeScale.Width - width)), "y", "3", "width", TimeScale.Number(width), "height", "14", "rx", "2").Close();
        html.Close().Close();
    }

    private static string Title(RecordedOperation operation)
    {
        var target = operation.Process is { } process ? $" {process} {operation.Pid}" : operation.Pid is { } pid ? $" {pid}" : "";
        return $"{operation.Operation ?? "unreadable request"}{target}";
    }

    private static void WriteLegend(HtmlWriter html)
    {
        html.Open("ul", "class", "legend");
        foreach (var (kind, words) in new[] { ("run", "ran to its end"), ("cut", "cut, or without an end"), ("no", "refused") })
        {
            html.Open("li").Open("svg", "viewBox", "0 0 10 10", "aria-hidden", "true", "focusable", "false")
                .Open("rect", "class", kind, "width", "10", "height", "10", "rx", "2").Close().Close().Text(words).Close();
        }

        html.Close();
    }
}
