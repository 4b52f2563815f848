namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>A recording once more, at its pace or faster.</summary>
internal sealed class ReplayScreen(Shell shell, LibraryEntry entry) : Screen(shell)
{
    private const int LinesKept = 5000;
    private static readonly double[] Speeds = [1, 5, 20, 100, double.PositiveInfinity];

    private readonly CancellationTokenSource _leaving = new();
    private readonly List<FeedLine> _lines = [];
    private bool _started;
    private volatile int _speed = 1;
    private volatile bool _paused;
    private long _count;

    public ListModel<FeedLine> List { get; } = new(line => $"{line.Number}", line => line.Text) { Follows = true };

    public string Speed => double.IsInfinity(Speeds[_speed]) ? "as fast as it can be read" : $"{Speeds[_speed]:0}×";

    public bool IsPaused => _paused;

    public bool IsOver { get; private set; }

    public override string Title => $"Replay {entry.Session[..Math.Min(8, entry.Session.Length)]}";

    public override IReadOnlyList<KeyHint> Hints => [new("Space", _paused ? "go on" : "pause"), new("+", "faster"), new("-", "slower")];

    public override IReadOnlyList<string> Explanation => ["Entries of the recording and the events that the engineer saw, in their order. + and - change the pace, Space pauses, the arrows look back."];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"debugrelay recording replay {Path.Combine(Shell.Library.Folder, entry.Session)}";

    public override void OnShown()
    {
        if (_started)
            return;
        _started = true;
        Shell.Do(RunAsync, over => IsOver = over, null, _leaving.Token);
    }

    public override void OnTick() => List.Set([.. _lines]);

    public override void OnClosed() => _leaving.Cancel();

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Space":
                _paused = !_paused;
                return true;
            case "+" or "=":
                _speed = Math.Min(_speed + 1, Speeds.Length - 1);
                return true;
            case "-":
                _speed = Math.Max(_speed - 1, 0);
                return true;
            default:
                return List.OnKey(key);
        }
    }

    private async Task<bool> RunAsync()
    {
        DateTime? last = null;
        await foreach (ReplayedLine line in Shell.Library.ReplayAsync(entry.Session, _leaving.Token))
        {
            await PaceAsync(last, line.Time);
            if (line.Time < DateTime.MaxValue)
                last = line.Time;
            Shell.Mailbox.Post(() => Add(line));
        }
        return true;
    }

    // Longer pauses than this tell nobody anything.
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan PausedFor = TimeSpan.FromMilliseconds(100);

    private async Task PaceAsync(DateTime? last, DateTime next)
    {
        while (_paused)
            await Task.Delay(PausedFor, Shell.Clock, _leaving.Token);
        double speed = Speeds[_speed];
        if (last is not { } before || next <= before || next == DateTime.MaxValue || double.IsInfinity(speed))
            return;
        TimeSpan wait = (next - before) / speed;
        await Task.Delay(wait < LongestPause ? wait : LongestPause, Shell.Clock, _leaving.Token);
    }

    private void Add(ReplayedLine line)
    {
        string time = line.Time < DateTime.MaxValue ? line.Time.ToString("HH:mm:ss.fff", System.Globalization.CultureInfo.InvariantCulture) : new string(' ', 12);
        _lines.Add(new FeedLine(++_count, $"{time} {line.Text}"));
        if (_lines.Count > LinesKept)
            _lines.RemoveRange(0, LinesKept / 10);
    }
}
