using System.Globalization;

namespace DebugRelay.Shipper.Metrics;

/// <summary>One line of a page of metrics.</summary>
/// <param name="Name">Its name as it stands there, of a histogram with `_bucket`, `_sum` or `_count`.</param>
/// <param name="Labels">Names and values, in the page's order.</param>
/// <param name="Value">What was measured or counted.</param>
internal sealed record Sample(string Name, IReadOnlyList<KeyValuePair<string, string>> Labels, double Value);

/// <summary>All lines of one metric.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">`counter`, `gauge` or `histogram`.</param>
/// <param name="Help">What it is, for people.</param>
/// <param name="Samples">In the page's order.</param>
internal sealed record MetricFamily(string Name, string Type, string Help, IReadOnlyList<Sample> Samples);

/// <summary>Reads Prometheus' text format 0.0.4 as an agent writes it: every metric says its type first, and no line is dated.</summary>
internal static class MetricsPage
{
    /// <exception cref="ShipperException">A line is none of these: nothing of the page is used.</exception>
    public static IReadOnlyList<MetricFamily> Parse(string page)
    {
        var families = new List<MetricFamily>();
        string help = "";
        List<Sample> samples = [];
        foreach (string line in page.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            switch (line.Split(' ', 4))
            {
                case ["#", "HELP", _, var text]:
                    help = text;
                    break;
                case ["#", "TYPE", var name, ("counter" or "gauge" or "histogram") and var type]:
                    samples = [];
                    families.Add(new MetricFamily(name, type, help, samples));
                    break;
                default:
                    Sample sample = ParseSample(line);
                    if (families is not [.., var family] || !Belongs(sample.Name, family))
                        throw Unknown(line);
                    samples.Add(sample);
                    break;
            }
        }
        return families;
    }

    private static bool Belongs(string name, MetricFamily family) => family.Type == "histogram"
        ? name.StartsWith(family.Name, StringComparison.Ordinal) && name[family.Name.Length..] is "_bucket" or "_sum" or "_count"
        : name == family.Name;

    private static Sample ParseSample(string line)
    {
        int end = line.AsSpan().IndexOfAny('{', ' ');
        if (end <= 0)
            throw Unknown(line);
        int at = end;
        var labels = new List<KeyValuePair<string, string>>();
        if (line[at] == '{')
        {
            do
                labels.Add(ParseLabel(line, ref at));
            while (at < line.Length && line[at] == ',');
            if (at >= line.Length || line[at++] != '}')
                throw Unknown(line);
        }
        if (at >= line.Length || line[at] != ' ' || !double.TryParse(line.AsSpan(at + 1), NumberStyles.Float, CultureInfo.InvariantCulture, out double value))
            throw Unknown(line);
        return new Sample(line[..end], labels, value);
    }

    /// <param name="line">The line.</param>
    /// <param name="at">Where the brace or comma before the label stands; then, what follows it.</param>
    private static KeyValuePair<string, string> ParseLabel(string line, ref int at)
    {
        int equals = line.IndexOf('=', at);
        if (equals <= at + 1 || equals + 1 >= line.Length || line[equals + 1] != '"')
            throw Unknown(line);
        string name = line[(at + 1)..equals];
        var value = new System.Text.StringBuilder();
        for (at = equals + 2; at < line.Length && line[at] != '"'; at++)
        {
            if (line[at] != '\\')
                value.Append(line[at]);
            else if (++at < line.Length && line[at] is 'n' or '"' or '\\')
                value.Append(line[at] == 'n' ? '\n' : line[at]);
            else
                throw Unknown(line);
        }
        if (at++ >= line.Length)
            throw Unknown(line);
        return KeyValuePair.Create(name, value.ToString());
    }

    private static ShipperException Unknown(string line) => new($"a line of the agent's metrics is none that is known: {line}");
}
