using DebugRelay.Cli.Failures;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>The environment of one process: how it was configured, without what is secret in it.</summary>
internal sealed class EnvironmentScreen(Shell shell, ProcessModel process) : Screen(shell)
{
    private readonly CancellationTokenSource _leaving = new();

    public ListModel<EnvironmentVariable> List { get; } = new(variable => variable.Name, variable => $"{variable.Name}={variable.Value}");

    /// <summary>Whether the host has not answered yet.</summary>
    public bool IsReading { get; private set; }

    public Failure? Problem { get; private set; }

    public override string Title => $"environment of {process.Target.Name} {process.Target.Pid}";

    public override IReadOnlyList<KeyHint> Hints => [new("r", "read again")];

    public override IReadOnlyList<string> Explanation =>
    [
        "The variables that the process was started with. Values whose names are not known to be harmless are masked on the host, and what detectors find in the rest.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"debugrelay env {process.Target.Pid}";

    public override void OnShown()
    {
        if (List.Count == 0 && Problem is null)
            Read();
    }

    public override void OnClosed() => _leaving.Cancel();

    public override bool OnKey(string key)
    {
        if (key != "r")
            return List.OnKey(key);
        Read();
        return true;
    }

    private void Read()
    {
        if (IsReading || Shell.Host.Session is not { } session)
            return;
        (IsReading, Problem) = (true, null);
        Shell.Do(() => session.EnvironmentAsync(process.Target, _leaving.Token), Show, Fail, _leaving.Token);
    }

    private void Show(IReadOnlyList<EnvironmentVariable> variables)
    {
        IsReading = false;
        List.Set([.. variables.OrderBy(variable => variable.Name, StringComparer.Ordinal)]);
    }

    private void Fail(Failure failure)
    {
        (IsReading, Problem) = (false, failure);
        if (failure.ExitCode == ExitCode.Refused)
            Shell.Push(new RefusalScreen(Shell, process, "process.environment", failure));
    }
}
