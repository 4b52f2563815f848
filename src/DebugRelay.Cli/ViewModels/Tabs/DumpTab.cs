using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>A dump that can be taken.</summary>
/// <param name="Type">As `dump --type` takes it, or `gcdump`.</param>
/// <param name="Operation">What it is to the policy.</param>
/// <param name="Meaning">What is in it.</param>
internal sealed record DumpKind(string Type, string Operation, string Meaning);

/// <summary>A dump: chosen, on its way, and done.</summary>
internal sealed class DumpTab(ProcessScreen screen) : Tab(screen)
{
    private CancellationTokenSource? _stop;

    public static IReadOnlyList<DumpKind> Kinds { get; } =
    [
        new("gcdump", "gcdump", "types and sizes of the heap, no content; collects the heap once"),
        new("mini", "dump.mini", "stacks and registers, sanitised"),
        new("triage", "dump.triage", "a mini dump without paths and names"),
        new("heap", "dump.heap", "the managed heap, its strings masked; the process stands still while it is written"),
        new("full", "dump.full", "all memory, strings masked; the process stands still while it is written"),
    ];

    public int At { get; private set; }

    public DumpKind Kind => Kinds[At];

    public bool IsRunning => _stop is not null;

    public DateTimeOffset Started { get; private set; }

    public TimeSpan Elapsed => Shell.Clock.GetUtcNow() - Started;

    public DumpStatus? Status { get; private set; }

    public DumpOutcome? Outcome { get; private set; }

    public Failure? Problem { get; private set; }

    public override string? Running => IsRunning ? $"the dump of {Process.Target.Name}" : null;

    public override IReadOnlyList<KeyHint> Hints => IsRunning
        ? [new("Space", "give up")]
        : [new("Enter", "take it"), new("Up", ""), new("Down", "kind"), .. MayAsk ? [new KeyHint("r", "request access")] : Array.Empty<KeyHint>()];

    public override IReadOnlyList<string> Explanation =>
    [
        "A dump is written by the process's own runtime and sanitised on the host before anything leaves it; a dump that fails its check",
        "is withheld. The process stands still while a heap or full dump is written: seconds, for large heaps more.",
    ];

    public override string CommandLine => Kind.Type == "gcdump" ? Verb("gcdump") : $"{Verb("dump")} --type {Kind.Type}";

    /// <summary>Whether the chosen kind needs a grant that can be asked for.</summary>
    public bool MayAsk => !Process.May(Kind.Operation) && Process.Listed.WithGrant?.Contains(Kind.Operation) == true;

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Space" when IsRunning:
                _stop?.Cancel();
                return true;
            case "Enter" when !IsRunning:
                Start();
                return true;
            case "Up" or "k" or "WheelUp" when !IsRunning:
                At = Math.Max(0, At - 1);
                return true;
            case "Down" or "j" or "WheelDown" when !IsRunning:
                At = Math.Min(Kinds.Count - 1, At + 1);
                return true;
            case "r" when MayAsk:
                Shell.Push(new RequestScreen(Shell, Process, Kind.Operation));
                return true;
            default:
                return false;
        }
    }

    public override void OnClosed() => _stop?.Cancel();

    private void Start()
    {
        if (Screen.Host.Session is not { } session)
            return;
        DumpKind kind = Kind;
        var stop = _stop = new CancellationTokenSource();
        (Status, Outcome, Problem, Started) = (null, null, null, Shell.Clock.GetUtcNow());
        Shell.Do(() => session.DumpAsync(Process.Target, kind.Type, status => Shell.Mailbox.Post(() => Status = status), stop.Token), Done, failure => Fail(kind, failure));
    }

    private void Done(DumpOutcome outcome)
    {
        (Outcome, _stop) = (outcome, null);
        Shell.Flash($"{outcome.Path}  {Amounts.Bytes(outcome.Bytes)}");
    }

    private void Fail(DumpKind kind, Failure failure)
    {
        (Problem, _stop) = (failure, null);
        if (failure.ExitCode == ExitCode.Refused)
            Shell.Push(new RefusalScreen(Shell, Process, kind.Operation, failure));
    }
}
