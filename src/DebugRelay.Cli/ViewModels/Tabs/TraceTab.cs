using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>A trace: chosen, running with its most frequent events, and done.</summary>
internal sealed class TraceTab(ProcessScreen screen) : Tab(screen)
{
    private static readonly int[] Seconds = [5, 10, 30, 60, 120, 300, 600];

    private CancellationTokenSource? _stop;
    private DateTimeOffset _stopAsked;

    public IReadOnlyList<string> Profiles => Screen.Host.Relay.TraceProfiles;

    public int ProfileIndex { get; private set; } = Math.Max(0, screen.Host.Relay.TraceProfiles.ToList().IndexOf("cpu"));

    public string Profile => Profiles[ProfileIndex];

    public TimeSpan Duration { get; private set; } = TimeSpan.FromSeconds(30);

    public bool IsRunning => _stop is not null;

    public bool IsStopping => _stop is { IsCancellationRequested: true };

    /// <summary>When it was started.</summary>
    public DateTimeOffset Started { get; private set; }

    /// <summary>Null before the first word.</summary>
    public TraceProgress? Progress { get; private set; }

    /// <summary>Null while none is done.</summary>
    public TraceOutcome? Outcome { get; private set; }

    public Failure? Problem { get; private set; }

    public TimeSpan Elapsed => (IsStopping ? _stopAsked : Shell.Clock.GetUtcNow()) - Started;

    public override string? Running => IsRunning ? $"the trace of {Process.Target.Name}" : null;

    public override IReadOnlyList<KeyHint> Hints => IsRunning
        ? [new("Space", "stop and keep")]
        : [new("Enter", "start"), new("Up", ""), new("Down", "profile"), new("-", ""), new("+", "time")];

    public override IReadOnlyList<string> Explanation =>
    [
        "A profile is a set of providers; the same as `debugrelay trace --profile`. The file is a .nettrace for PerfView, Visual Studio,",
        "dotnet-trace; it lies in the folder where you started the client, and is yours alone. Masked values are masked on the host.",
        "Lost events: the process's buffer was full, or this end took them too slowly; at 10 % ask for fewer.",
    ];

    public override string CommandLine => $"{Verb("trace")} --profile {Profile} --duration {Duration.TotalSeconds:0}s";

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Space" when IsRunning:
                Stop();
                return true;
            case "Enter" when !IsRunning:
                Start();
                return true;
            case "Up" or "k" or "WheelUp" when !IsRunning:
                ProfileIndex = Math.Max(0, ProfileIndex - 1);
                return true;
            case "Down" or "j" or "WheelDown" when !IsRunning:
                ProfileIndex = Math.Min(Profiles.Count - 1, ProfileIndex + 1);
                return true;
            case "+" or "=" or "-" when !IsRunning:
                Lengthen(key == "-" ? -1 : 1);
                return true;
            default:
                return false;
        }
    }

    public override void OnClosed() => Stop();

    private void Lengthen(int by)
    {
        int at = Array.FindIndex(Seconds, seconds => seconds >= Duration.TotalSeconds);
        Duration = TimeSpan.FromSeconds(Seconds[Math.Clamp(at + by, 0, Seconds.Length - 1)]);
    }

    private void Stop()
    {
        if (_stop is not { IsCancellationRequested: false } stop)
            return;
        _stopAsked = Shell.Clock.GetUtcNow();
        stop.Cancel();
    }

    private void Start()
    {
        if (Screen.Host.Session is not { } session)
            return;
        var stop = _stop = new CancellationTokenSource();
        (Progress, Outcome, Problem, Started) = (null, null, null, Shell.Clock.GetUtcNow());
        var order = new TraceOrder(Profile, Duration);
        Shell.Do(() => session.TraceAsync(Process.Target, order, progress => Shell.Mailbox.Post(() => Progress = progress), stop.Token), Done, Fail);
    }

    private void Done(TraceOutcome outcome)
    {
        (Outcome, _stop) = (outcome, null);
        Shell.Flash($"{outcome.Path}  {Amounts.Bytes(outcome.End.Bytes)}");
    }

    private void Fail(Failure failure)
    {
        (Problem, _stop) = (failure, null);
        if (failure.ExitCode == ExitCode.Refused)
            Shell.Push(new RefusalScreen(Shell, Process, "trace", failure));
    }
}
