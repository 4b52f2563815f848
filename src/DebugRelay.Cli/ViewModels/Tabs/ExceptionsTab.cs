using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>Exceptions by type and place, and how often.</summary>
internal sealed class ExceptionsTab(ProcessScreen screen) : FeedTab(screen, "exceptions")
{
    // A process may throw anything: beyond this nobody reads on.
    private const int MostKinds = 500;

    private readonly Dictionary<(string Type, string TopFrame), ThrownKind> _kinds = [];

    public ListModel<ThrownKind> List { get; } = new(kind => $"{kind.Type}\n{kind.TopFrame}", kind => $"{kind.Type} {kind.TopFrame} {kind.Last.Message}");

    /// <summary>All that came since the tab was opened.</summary>
    public long Count { get; private set; }

    public override IReadOnlyList<string> Explanation =>
    [
        "Each exception that is thrown, caught or not, since this tab was opened: by type and by the frame that threw it, most first.",
        "LAST is the message of the newest one, scrubbed on the host.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => Verb("exceptions");

    public override bool OnKey(string key) => List.OnKey(key) || base.OnKey(key);

    protected override Task FollowAsync(IRelaySession session, Action<Action> post, CancellationToken cancellation)
        => session.FollowExceptionsAsync(Process.Target, thrown => post(() => Add(thrown)), cancellation);

    protected override void Refresh()
    {
        foreach (ThrownKind kind in _kinds.Values)
            kind.Tick();
        List.Set([.. _kinds.Values.OrderByDescending(kind => kind.Count)]);
    }

    private void Add(ThrownException thrown)
    {
        Count++;
        if (!_kinds.TryGetValue((thrown.Type, thrown.TopFrame), out ThrownKind? kind))
        {
            if (_kinds.Count >= MostKinds)
                return;
            _kinds[(thrown.Type, thrown.TopFrame)] = kind = new ThrownKind(thrown);
        }
        kind.Add(thrown);
    }
}

/// <summary>Exceptions of one type from one place.</summary>
internal sealed class ThrownKind(ThrownException first)
{
    private int _sinceTick;

    public string Type { get; } = first.Type;

    public string TopFrame { get; } = first.TopFrame;

    public long Count { get; private set; }

    public ThrownException Last { get; private set; } = first;

    /// <summary>How many came in each second.</summary>
    public Series Rate { get; } = new();

    public void Add(ThrownException thrown)
    {
        Count++;
        _sinceTick++;
        Last = thrown;
    }

    public void Tick()
    {
        Rate.Add(_sinceTick);
        _sinceTick = 0;
    }
}
