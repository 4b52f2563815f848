using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>What all threads are doing now, those that do the same together.</summary>
internal sealed class StacksTab(ProcessScreen screen) : Tab(screen)
{
    private readonly CancellationTokenSource _leaving = new();

    public ListModel<StackGroup> List { get; } = new(group => string.Join('\n', group.Frames), group => string.Join('\n', group.Frames));

    public bool IsTaking { get; private set; }

    /// <summary>When the stacks were taken; null: never.</summary>
    public DateTimeOffset? Taken { get; private set; }

    public Failure? Problem { get; private set; }

    public override IReadOnlyList<KeyHint> Hints => [new("Enter", Taken is null ? "take stacks" : "take again")];

    public override IReadOnlyList<string> Explanation =>
    [
        "Enter samples all threads for a moment and groups those with the same frames: many threads in one place wait for the same thing.",
        "Managed frames only, innermost first; a thread outside managed code for the whole moment is not seen.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => Verb("stacks");

    public override string? Running => IsTaking ? $"the stacks of {Process.Target.Name}" : null;

    public override bool OnKey(string key)
    {
        if (key != "Enter")
            return List.OnKey(key);
        Take();
        return true;
    }

    public override void OnClosed() => _leaving.Cancel();

    private void Take()
    {
        if (IsTaking || Screen.Host.Session is not { } session)
            return;
        (IsTaking, Problem) = (true, null);
        Shell.Do(() => session.StacksAsync(Process.Target, _leaving.Token), Show, Fail, _leaving.Token);
    }

    private void Show(IReadOnlyList<StackGroup> groups)
    {
        (IsTaking, Taken) = (false, Shell.Clock.GetUtcNow());
        List.Set(groups);
    }

    private void Fail(Failure failure)
    {
        (IsTaking, Problem) = (false, failure);
        if (failure.ExitCode == ExitCode.Refused)
            Shell.Push(new RefusalScreen(Shell, Process, "stacks", failure));
    }
}
