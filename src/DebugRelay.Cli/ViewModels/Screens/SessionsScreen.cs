using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>The sessions that run on the host: watch one, or end it.</summary>
internal sealed class SessionsScreen(Shell shell) : PolledScreen<SessionList>(shell, TimeSpan.FromSeconds(5))
{
    public ListModel<ListedSession> List { get; } = new(session => session.Session, session => $"{session.Session} {session.Identity} {session.Reason} {session.Incident}");

    public IReadOnlyList<string> Problems { get; private set; } = [];

    public override string Title => "Who looks into what?";

    public override IReadOnlyList<KeyHint> Hints => List.Chosen is { } chosen && !IsOurs(chosen) ? [new("Enter", "watch"), new("K", "end it")] : [];

    public override IReadOnlyList<string> Explanation =>
    [
        "The sessions that run on this host, read again every 5 s. Enter shows what the chosen one's operations deliver, as it is delivered;",
        "K ends it within two seconds, and its recording says who did. Both need a role that allows it.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => List.Chosen is { } chosen ? $"debugrelay sessions watch {chosen.Session} --host {Shell.Host.Name}" : $"debugrelay sessions list --host {Shell.Host.Name}";

    public bool IsOurs(ListedSession session) => session.Session == Shell.Host.Facts?.Session;

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Enter" when List.Chosen is { } chosen && !IsOurs(chosen):
                Shell.Push(new WatchScreen(Shell, chosen));
                return true;
            case "K" when List.Chosen is { } chosen && !IsOurs(chosen):
                string[] lines = [$"{chosen.Identity}, since {chosen.Opened:HH:mm:ss} UTC", "It stops within two seconds; what has been delivered stays delivered.", "Its recording says that you ended it."];
                Shell.Push(new ConfirmScreen(Shell, $"End session {chosen.Session[..8]}?", lines, () => Kill(chosen)));
                return true;
            case "r":
                Look();
                return true;
            default:
                return List.OnKey(key);
        }
    }

    protected override Task<SessionList> AskAsync(IRelaySession session) => session.ListSessionsAsync(CancellationToken.None);

    protected override void Show(SessionList answer)
    {
        Problems = answer.Problems;
        List.Set(answer.Sessions);
    }

    private void Kill(ListedSession chosen)
    {
        if (Shell.Host.Session is { } session)
            Shell.Do(() => session.KillSessionAsync(chosen.Session, CancellationToken.None), Ended, failure => Shell.Push(new RefusalScreen(Shell, null, "session.kill", failure)));
    }

    private void Ended(KilledSession killed)
    {
        Shell.Flash($"ended {killed.Session[..8]} of {killed.Identity}");
        Look();
    }
}

/// <summary>What another's operations deliver, as it is delivered.</summary>
internal sealed class WatchScreen(Shell shell, ListedSession watched) : Screen(shell)
{
    private const int LinesKept = 2000;

    private readonly CancellationTokenSource _leaving = new();
    private readonly List<FeedLine> _lines = [];
    private bool _started;
    private long _count;

    public ListedSession Watched => watched;

    public ListModel<FeedLine> List { get; } = new(line => $"{line.Number}", line => line.Text) { Follows = true };

    /// <summary>How the watching ended; null while it goes on.</summary>
    public string? Over { get; private set; }

    public override string Title => $"What does {watched.Identity} see?";

    public override IReadOnlyList<string> Explanation => ["The same scrubbed events that the other session gets, one operation after another. Your watching is recorded there and here."];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"debugrelay sessions watch {watched.Session} --host {Shell.Host.Name}";

    public override void OnShown()
    {
        if (_started || Shell.Host.Session is not { } session)
            return;
        _started = true;
        Shell.Do(
            async () =>
            {
                await session.WatchSessionAsync(watched.Session, line => Shell.Mailbox.Post(() => Add(line)), _leaving.Token);
                return "the session is over";
            },
            over => Over = over,
            failure => Over = failure.What,
            _leaving.Token);
    }

    public override void OnTick() => List.Set([.. _lines]);

    public override bool OnKey(string key) => List.OnKey(key);

    public override void OnClosed() => _leaving.Cancel();

    private void Add(string text)
    {
        _lines.Add(new FeedLine(++_count, text));
        if (_lines.Count > LinesKept)
            _lines.RemoveRange(0, LinesKept / 10);
    }
}

/// <summary>A line of a feed.</summary>
internal sealed record FeedLine(long Number, string Text);
