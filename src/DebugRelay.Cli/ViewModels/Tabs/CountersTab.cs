using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>All counters, the chosen one as a chart.</summary>
internal sealed class CountersTab(ProcessScreen screen) : Tab(screen)
{
    private IRelaySession? _over;
    private CancellationTokenSource? _watching;

    /// <summary>More than the list of processes watches: servers, clients, meters.</summary>
    public CounterBook Counters { get; private set; } = new();

    public Failure? Problem { get; private set; }

    public ListModel<CounterSeries> List { get; } = new(series => series.Key, series => $"{series.Provider} {series.Name} {series.Title} {series.Tags}");

    public override IReadOnlyList<string> Explanation =>
    [
        "EventCounters of the runtime, ASP.NET Core, Kestrel and HttpClient, and the meters of the same names, once a second.",
        "A rate is a second. The chart's axis begins at 0; the last five minutes are kept.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => Verb("counters");

    public override void OnShown() => Watch();

    public override void OnTick()
    {
        if (Screen.At == ProcessTab.Counters)
            Watch();
        List.Set(Counters.All);
    }

    public override bool OnKey(string key) => List.OnKey(key);

    public override void OnClosed() => _watching?.Cancel();

    // Begins anew when the link comes back.
    private void Watch()
    {
        if (Screen.Host.Session is not { } session || ReferenceEquals(_over, session))
            return;
        _watching?.Cancel();
        _over = session;
        Counters = new CounterBook();
        var watching = _watching = new CancellationTokenSource();
        Shell.Do(
            async () =>
            {
                await session.WatchCountersAsync(Process.Target, CounterChoice.Everything, sample => Shell.Mailbox.Post(() => Take(watching, sample)), watching.Token);
                return true;
            },
            _ => { },
            failure => Problem = failure,
            watching.Token);
    }

    private void Take(CancellationTokenSource watching, CounterSample sample)
    {
        if (!ReferenceEquals(_watching, watching))
            return;
        Problem = null;
        Counters.Add(sample);
    }
}
