using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>How a line of a recording's timeline is meant.</summary>
internal enum StoryTone
{
    Plain,
    Allowed,
    Denied,
    Emergency,
}

/// <summary>A line of the timeline.</summary>
/// <param name="Number">Its place.</param>
/// <param name="Time">When.</param>
/// <param name="Kind">`open`, `allow`, `DENY`, `close`.</param>
/// <param name="Text">What.</param>
/// <param name="Note">The rule, the grant, what was masked.</param>
/// <param name="Tone">How it is meant.</param>
/// <param name="Operation">What was asked; null where the line is of the session itself.</param>
internal sealed record StoryLine(int Number, DateTimeOffset? Time, string Kind, string Text, string Note, StoryTone Tone, RecordedOperation? Operation);

/// <summary>One recording: its verdict first, then what happened, and its replay.</summary>
internal sealed class RecordingScreen(Shell shell, LibraryEntry entry) : Screen(shell)
{
    private readonly CancellationTokenSource _leaving = new();
    private bool _asked;

    public LibraryEntry Entry => entry;

    public RecordedSession? Story => entry.Story;

    public ListModel<StoryLine> List { get; } = new(line => $"{line.Number}", line => $"{line.Kind} {line.Text} {line.Note}");

    /// <summary>Null until it is known, and where no CA is given.</summary>
    public Verdict? Verdict { get; private set; }

    /// <summary>What is said where there is no verdict.</summary>
    public string VerdictText { get; private set; } = "verifying …";

    public IReadOnlyList<VolumeSpan> Volume { get; private set; } = [];

    public override string Title => $"Recording {entry.Session[..Math.Min(8, entry.Session.Length)]}";

    public override IReadOnlyList<KeyHint> Hints => [new("p", "replay"), new("v", "verify again"), new("e", "export HTML"), new("V", "sign a review")];

    public override IReadOnlyList<string> Explanation =>
    [
        "The verdict is that of `debugrelay recording verify`: OK, INCOMPLETE (a crash, a cut end) or TAMPERED, judged by --ca and --heads.",
        "Each line is an entry: what was asked, whether it was allowed and by which rule, how much was delivered, how much of it masked.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"debugrelay recording show {Path.Combine(Shell.Library.Folder, entry.Session)}";

    public override void OnShown()
    {
        if (_asked)
            return;
        _asked = true;
        if (Story is { } story)
            List.Set(LinesOf(story));
        Verify();
    }

    public override void OnClosed() => _leaving.Cancel();

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "v":
                Verify();
                return true;
            case "p" or "Enter":
                Shell.Push(new ReplayScreen(Shell, entry));
                return true;
            case "e":
                Shell.Do(() => Shell.Library.ReportAsync(entry.Session, _leaving.Token), path => Shell.Flash($"wrote {path}"), null, _leaving.Token);
                return true;
            case "V":
                Shell.Push(new ReviewScreen(Shell, entry));
                return true;
            default:
                return List.OnKey(key);
        }
    }

    private void Verify()
    {
        (Verdict, VerdictText) = (null, "verifying …");
        Shell.Do(
            () => Task.FromResult((Shell.Library.Verify(entry.Session), Shell.Library.Volume(entry.Session))),
            result =>
            {
                (Verdict, Volume) = result;
                VerdictText = Verdict?.ToString() ?? "not verified: give --ca";
            },
            failure => VerdictText = failure.What,
            _leaving.Token);
    }

    private static List<StoryLine> LinesOf(RecordedSession story)
    {
        var lines = new List<StoryLine>();
        Add(story.Opened, "open", $"{story.Identity} from {story.Remote}", Why(story), StoryTone.Plain);
        foreach (RecordedOperation operation in story.Operations)
            Add(operation.Decided ?? operation.Asked, KindOf(operation), What(operation), operation.Rule ?? "", ToneOf(operation), operation);
        if (story.IsClosed)
            Add(story.LastSeen, "close", story.CloseMessage ?? story.CloseCode ?? "", "", StoryTone.Plain);
        else
            Add(story.LastSeen, "…", "no end is recorded", "", StoryTone.Denied);
        return lines;

        void Add(DateTimeOffset? time, string kind, string text, string note, StoryTone tone, RecordedOperation? operation = null)
            => lines.Add(new StoryLine(lines.Count, time, kind, text, note, tone, operation));
    }

    private static string Why(RecordedSession story) => $"{story.Reason ?? "no reason given"}{(story.Incident is { } incident ? $" · {incident}" : "")}";

    private static string KindOf(RecordedOperation operation) => operation switch
    {
        { Allowed: true, BreakGlass: true } => "ALLOW!",
        { Allowed: true } => "allow",
        { Allowed: false } => "DENY",
        _ => "asked",
    };

    private static StoryTone ToneOf(RecordedOperation operation) => operation switch
    {
        { BreakGlass: true } => StoryTone.Emergency,
        { Allowed: false } => StoryTone.Denied,
        _ => StoryTone.Allowed,
    };

    private static string What(RecordedOperation operation)
    {
        string target = operation is { Process: { } name, Pid: { } pid } ? $" {name} {pid}" : operation.Pid is { } only ? $" {only}" : "";
        string bytes = operation.Bytes is { } count ? $"  {Amounts.Bytes(count)}{(operation.Partial ? " (cut)" : "")}" : "";
        string masked = operation.Scrubbed.Count > 0 ? $"  masked {Amounts.Count(operation.Scrubbed.Values.Sum())}" : "";
        return $"{operation.Operation ?? "?"}{target}{bytes}{masked}{(operation.Unscrubbed ? "  UNSCRUBBED" : "")}";
    }
}
