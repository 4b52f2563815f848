namespace DebugRelay.Scrubbing.Text;

/// <summary>The running counts behind a <see cref="ScrubReport"/>.</summary>
internal sealed class ScrubTally
{
    private const string Others = "(others)";

    private readonly Dictionary<string, Dictionary<string, long>> _sources = [];

    // What was counted last, and how often since it was added to the others: findings of one kind come together.
    private string? _source;
    private string? _rule;
    private long _pending;

    public void Count(string source, string rule)
    {
        if (!ReferenceEquals(source, _source) || !ReferenceEquals(rule, _rule))
        {
            AddPending();
            (_source, _rule) = (source, rule);
        }

        _pending++;
    }

    public long CountOf(string rule)
    {
        AddPending();
        return _sources.Values.Sum(rules => rules.GetValueOrDefault(rule));
    }

    public ScrubReport Report(string profile, Func<string, string> sourceName)
    {
        AddPending();
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

    private void AddPending()
    {
        if (_pending == 0)
        {
            return;
        }

        if (!_sources.TryGetValue(_source!, out var rules))
        {
            var source = _sources.Count < Limits.ReportProviders ? _source! : Others;
            rules = _sources.TryGetValue(source, out var known) ? known : _sources[source] = [];
        }

        rules[_rule!] = rules.GetValueOrDefault(_rule!) + _pending;
        _pending = 0;
    }
}
