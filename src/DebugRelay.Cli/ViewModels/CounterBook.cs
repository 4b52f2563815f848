namespace DebugRelay.Cli.ViewModels;

/// <summary>One value of one counter at one time.</summary>
/// <param name="Time">When the process published it.</param>
/// <param name="Provider">The event source's or the meter's name.</param>
/// <param name="Name">The counter's name.</param>
/// <param name="Title">Its name for people.</param>
/// <param name="Unit">As it is shown; `/s` at its end where the value is a rate.</param>
/// <param name="Tags">`key=value,…`; empty where there are none.</param>
/// <param name="Value">The mean over the interval, the last value, or the rate a second.</param>
internal sealed record CounterSample(DateTime Time, string Provider, string Name, string Title, string Unit, string Tags, double Value)
{
    public string Key => $"{Provider}/{Name}{{{Tags}}}";
}

/// <summary>One counter over time.</summary>
internal sealed class CounterSeries(CounterSample first)
{
    public string Provider => first.Provider;

    public string Name => first.Name;

    public string Title => first.Title;

    public string Unit => first.Unit;

    public string Tags => first.Tags;

    public string Key { get; } = first.Key;

    public Series Values { get; } = new();
}

/// <summary>All counters of a process, as far as they have come.</summary>
internal sealed class CounterBook
{
    // A process chooses its meters' tags: beyond this a screen tells nothing more, and memory is ours.
    private const int MostSeries = 2000;

    private readonly Dictionary<string, CounterSeries> _series = new(StringComparer.Ordinal);

    /// <summary>In the order of provider, name and tags.</summary>
    public IReadOnlyList<CounterSeries> All { get; private set; } = [];

    /// <summary>When the last value came, by the process's clock; null where none has.</summary>
    public DateTime? LastValue { get; private set; }

    /// <summary>Whether there were more series than are kept.</summary>
    public bool IsFull => _series.Count >= MostSeries;

    public void Add(CounterSample sample)
    {
        if (!_series.TryGetValue(sample.Key, out CounterSeries? series))
        {
            if (IsFull)
                return;
            _series[sample.Key] = series = new CounterSeries(sample);
            All = [.. _series.Values.OrderBy(each => each.Provider, StringComparer.Ordinal).ThenBy(each => each.Title, StringComparer.Ordinal).ThenBy(each => each.Tags, StringComparer.Ordinal)];
        }
        series.Values.Add(sample.Value);
        LastValue = sample.Time;
    }

    /// <summary>An untagged counter; null where the process does not publish it.</summary>
    public Series? Find(string provider, string name) => _series.GetValueOrDefault($"{provider}/{name}{{}}")?.Values;

    public Series? Runtime(string name) => Find("System.Runtime", name);

    public Series? Hosting(string name) => Find("Microsoft.AspNetCore.Hosting", name);
}
