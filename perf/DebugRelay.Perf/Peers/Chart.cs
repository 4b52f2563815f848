using System.Globalization;
using System.Net;
using System.Text;

namespace DebugRelay.Perf.Peers;

/// <summary>Charts as SVG, which a browser and a repository's pages show in light and dark.</summary>
internal static class Chart
{
    private const int LabelWidth = 250;
    private const int BarWidth = 360;
    private const int Row = 26;
    private const string Style = """
        <style>
        text { font: 13px system-ui, sans-serif; fill: #24292f } .h { font-weight: 600 } .s { font-size: 11px; fill: #57606a } .ours { fill: #1f6feb } .theirs { fill: #8c959f } .goal { stroke: #cf222e; stroke-width: 1.5; stroke-dasharray: 4 3 }
        .line { fill: none; stroke: #1f6feb; stroke-width: 2 } .axis { stroke: #8c959f } .even { fill: none; stroke: #8c959f; stroke-dasharray: 4 3 }
        @media (prefers-color-scheme: dark) { text { fill: #c9d1d9 } .s { fill: #8b949e } }
        </style>
        """;

    /// <summary>Horizontal bars, a group for each measure.</summary>
    public static string Bars(string title, IReadOnlyList<(string Measure, double? Goal, IReadOnlyList<(string Name, double Value, bool IsOurs)> Bars)> groups)
    {
        int height = 40 + groups.Sum(group => (group.Bars.Count * Row) + 40);
        StringBuilder svg = Begin(LabelWidth + BarWidth + 90, height, title);
        int y = 40;
        foreach ((string measure, double? goal, IReadOnlyList<(string Name, double Value, bool IsOurs)> bars) in groups)
        {
            double most = Math.Max(bars.Max(bar => bar.Value), goal ?? 0);
            Text(svg, 10, y + 16, measure, "h");
            y += 24;
            foreach ((string name, double value, bool isOurs) in bars)
            {
                double width = most > 0 ? BarWidth * value / most : 0;
                Text(svg, 10, y + 15, name, "");
                svg.Append(CultureInfo.InvariantCulture, $"<rect class=\"{(isOurs ? "ours" : "theirs")}\" x=\"{LabelWidth}\" y=\"{y + 3}\" width=\"{Math.Max(width, 1):0.#}\" height=\"{Row - 8}\"/>\n");
                Text(svg, LabelWidth + (int)width + 6, y + 15, value.ToString(value < 10 ? "0.00" : "0", CultureInfo.InvariantCulture), "s");
                y += Row;
            }
            if (goal is { } line)
                svg.Append(CultureInfo.InvariantCulture, $"<line class=\"goal\" x1=\"{LabelWidth + (BarWidth * line / most):0.#}\" x2=\"{LabelWidth + (BarWidth * line / most):0.#}\" y1=\"{y - (bars.Count * Row)}\" y2=\"{y}\"/>\n");
            y += 16;
        }
        return svg.Append("</svg>\n").ToString();
    }

    /// <summary>A cost over what causes it, both logarithmic, with the slope of a cost that grows as its cause does.</summary>
    public static string Growth(string title, string cause, string cost, IReadOnlyList<(double Cause, double Cost)> points)
    {
        const int left = 80, top = 50, width = 520, height = 280;
        StringBuilder svg = Begin(left + width + 40, top + height + 60, title);
        (double x0, double x1) = (Math.Log10(points[0].Cause), Math.Log10(points[^1].Cause));
        double y0 = Math.Floor(Math.Log10(points.Min(p => p.Cost))), y1 = Math.Max(y0 + 1, Math.Ceiling(Math.Log10(points.Max(p => p.Cost))));
        svg.Append(CultureInfo.InvariantCulture, $"<path class=\"axis\" fill=\"none\" d=\"M{left} {top}V{top + height}H{left + width}\"/>\n");
        for (double decade = y0; decade <= y1; decade++)
            Text(svg, 8, (int)Y(decade) + 4, Math.Pow(10, decade).ToString("#,0.######", CultureInfo.InvariantCulture), "s");
        foreach ((double x, double _) in points)
            Text(svg, (int)X(Math.Log10(x)) - 12, top + height + 18, x.ToString("#,0.###", CultureInfo.InvariantCulture), "s");
        Text(svg, left, top + height + 44, cause, "");
        Text(svg, 8, top - 14, cost, "");
        (double startX, double startY) = (x0, Math.Log10(points[0].Cost));
        double run = Math.Min(x1 - x0, y1 - startY);
        svg.Append(CultureInfo.InvariantCulture, $"<line class=\"even\" x1=\"{X(startX):0.#}\" y1=\"{Y(startY):0.#}\" x2=\"{X(startX + run):0.#}\" y2=\"{Y(startY + run):0.#}\"/>\n");
        svg.Append("<polyline class=\"line\" points=\"").AppendJoin(' ', points.Select(p => string.Create(CultureInfo.InvariantCulture, $"{X(Math.Log10(p.Cause)):0.#},{Y(Math.Log10(p.Cost)):0.#}"))).Append("\"/>\n");
        Text(svg, left + 8, top + 6, "dashed: as fast as its cause", "s");
        return svg.Append("</svg>\n").ToString();

        double X(double log) => left + (width * (x1 > x0 ? (log - x0) / (x1 - x0) : 0));

        double Y(double log) => top + (height * (y1 - log) / (y1 - y0));
    }

    private static StringBuilder Begin(int width, int height, string title)
    {
        var svg = new StringBuilder();
        svg.Append(CultureInfo.InvariantCulture, $"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" role=\"img\">\n<title>{WebUtility.HtmlEncode(title)}</title>\n").Append(Style).Append('\n');
        Text(svg, 10, 24, title, "h");
        return svg;
    }

    private static void Text(StringBuilder svg, int x, int y, string text, string kind)
        => svg.Append(CultureInfo.InvariantCulture, $"<text x=\"{x}\" y=\"{y}\" class=\"{kind}\">{WebUtility.HtmlEncode(text)}</text>\n");
}
