namespace DebugRelay.Scrubbing.Text;

/// <summary>The running counts behind a <see cref="ScrubReport"/>.</summary>
internal sealed class ScrubTally
{
    private const string Others = "(others)";

    private readonly Dictionary<string, Dictionary<string, long>> _sources = [];

    public void Count(string source, string rule)
    {
        if (!_sources.TryGetValue(source, out var rules))
        {
            source = _sources.Count < Limits.ReportProviders ? source : Others;
            rules = _sources.TryGetValue(source, out var known) ? known : _sources[source] = [];
        }

        rules[rule] = rules.GetValueOrDefault(rule) + 1;
    }

    public long CountOf(string rule) => _sources.Values.Sum(rules => rules.GetValueOrDefault(rule));

    public ScrubReport Report(string profile, Func<string, string> sourceName)
    {
        var totals = new SortedDictionary<string, long>(StringComparer.Ordinal);
        var sources = new SortedDictionary<string, IReadOnlyDictionary<string, long>>(StringComparer.Ordinal);
        foreach (var (source, rules) in _sources)
        {
            sources[sourceName(source)] = new SortedDictionary<string, long>(rules, StringComparer.Ordinal);
            foreach (var (rule, count) in rules)
            {
                totals[rule] = totals.GetValueOrDefault(rule) + count;
            }
        }

        return new ScrubReport(profile, totals, sources);
    }
}
