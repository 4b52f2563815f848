using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>What the process logs, as it logs it.</summary>
internal sealed class LogsTab(ProcessScreen screen) : FeedTab(screen, "logs")
{
    private const int Kept = 5000;
    private const int Highest = 5;

    private readonly List<LoggedLine> _lines = [];
    private long _count;
    private volatile int _sent;

    public static IReadOnlyList<string> Levels { get; } = ["trace", "debug", "info", "warn", "error", "critical"];

    public ListModel<LoggedLine> List { get; } = new(line => $"{line.Number}", line => $"{line.Record.Category} {line.Record.Message}") { Follows = true };

    /// <summary>The lowest level that is shown.</summary>
    public int Least { get; private set; } = 2;

    public override IReadOnlyList<KeyHint> Hints => [.. base.Hints, new("-", ""), new("+", "level"), new("f", List.Follows ? "stay" : "follow")];

    public override IReadOnlyList<string> Explanation =>
    [
        "What the process logs through ILogger, scrubbed on the host: a mask such as [email] was somebody's e-mail there.",
        "+ and - choose the lowest level that the process sends, / filters by category and text, f follows the end. The last 5,000 lines are kept.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"{Verb("logs")} --level {Levels[Least]}";

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "+" or "=":
                Least = Math.Min(Least + 1, Highest);
                Refresh();
                return true;
            case "-":
                Least = Math.Max(Least - 1, 0);
                SendMore();
                Refresh();
                return true;
            case "f":
                List.Follows = !List.Follows;
                Refresh();
                return true;
            default:
                return List.OnKey(key) || base.OnKey(key);
        }
    }

    protected override Task FollowAsync(IRelaySession session, Action<Action> post, CancellationToken cancellation)
    {
        _sent = Least;
        return session.FollowLogsAsync(Process.Target, _sent, record => post(() => Add(record)), cancellation);
    }

    protected override void Refresh() => List.Set([.. _lines.Where(line => line.Record.Level >= Least)]);

    // The process sends no lower level than is looked at: what it logs costs it.
    private void SendMore()
    {
        if (Least < _sent)
            FollowAnew();
    }

    private void Add(LogRecord record)
    {
        _lines.Add(new LoggedLine(++_count, record));
        if (_lines.Count > Kept)
            _lines.RemoveRange(0, Kept / 10);
    }
}

/// <summary>A line of the log, with its place.</summary>
internal sealed record LoggedLine(long Number, LogRecord Record);
