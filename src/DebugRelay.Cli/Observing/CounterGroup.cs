using System.Globalization;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Observing;

/// <summary>
/// `--counters` as dotnet-counters takes it: names of providers or meters, separated by commas, each with an optional choice in brackets:
/// `System.Runtime[cpu-usage,working-set],Shop.Orders`.
/// </summary>
/// <param name="Name">A provider or a meter.</param>
/// <param name="Chosen">The only counters to show; empty: all.</param>
internal sealed record CounterGroup(string Name, IReadOnlyList<string> Chosen)
{
    private const string Form = "write NAME[COUNTER,…],… for instance System.Runtime[cpu-usage],My.Meter";

    /// <summary>What is shown where nothing is asked for.</summary>
    public static readonly IReadOnlyList<CounterGroup> Default = [new("System.Runtime", [])];

    public bool Includes(CounterReading reading)
        => string.Equals(reading.Provider, Name, StringComparison.OrdinalIgnoreCase)
            && (Chosen.Count == 0 || Chosen.Contains(reading.Name, StringComparer.OrdinalIgnoreCase));

    /// <exception cref="UsageException">It is of another form.</exception>
    public static IReadOnlyList<CounterGroup> Parse(string text)
    {
        var groups = new List<CounterGroup>();
        string rest = text;
        while (rest.Length > 0)
        {
            int end = rest.IndexOfAny([',', '[']);
            string name = (end < 0 ? rest : rest[..end]).Trim();
            bool chooses = end >= 0 && rest[end] == '[';
            int close = chooses ? rest.IndexOf(']', end) : end;
            if (name.Length == 0 || (chooses && close < 0))
                throw new UsageException($"'{text}' is no list of counters", Form);
            groups.Add(new CounterGroup(name, chooses ? rest[(end + 1)..close].Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries) : []));
            rest = end < 0 ? "" : rest[(close + 1)..].TrimStart(',');
        }
        return groups.Count > 0 ? groups : throw new UsageException("--counters names nothing", Form);
    }

    /// <summary>The providers that publish these groups, as the host's gate knows them for `counters`.</summary>
    /// <param name="groups">What is wanted.</param>
    /// <param name="intervalSeconds">Between two values of a counter.</param>
    public static IReadOnlyList<TraceProvider> ProvidersOf(IReadOnlyList<CounterGroup> groups, int intervalSeconds)
    {
        string interval = string.Create(CultureInfo.InvariantCulture, $"EventCounterIntervalSec={intervalSeconds}");
        var providers = groups.Select(group => new TraceProvider(group.Name, NoEvents, Error, interval)).ToList();
        string[] meters = [.. groups.Select(group => group.Name).Where(name => name != "System.Runtime")];
        if (meters.Length > 0)
            providers.Add(new TraceProvider("System.Diagnostics.Metrics", TimeSeriesValues, Informational, MetricsArguments(meters, intervalSeconds)));
        return providers;
    }

    // A provider publishes its EventCounters whatever its keywords: none are asked for, so no other event comes along.
    private const ulong NoEvents = 0;
    private const int Error = 2;
    private const ulong TimeSeriesValues = 0x2;
    private const int Informational = 4;

    private static string MetricsArguments(string[] meters, int intervalSeconds) => string.Create(
        CultureInfo.InvariantCulture,
        $"SessionId={Guid.NewGuid()};Metrics={string.Join(',', meters)};RefreshInterval={intervalSeconds};MaxTimeSeries=1000;MaxHistograms=20");
}
