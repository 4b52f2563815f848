using DebugRelay.Cli.ViewModels.Tabs;

namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>The sides from which one process can be looked at; their numbers are their keys.</summary>
internal enum ProcessTab
{
    Overview = 1,
    Counters = 2,
    Trace = 3,
    Stacks = 4,
    Logs = 5,
    Exceptions = 6,
    Dump = 7,
}

/// <summary>One process: what stands out, and everything that can be asked of it.</summary>
internal sealed class ProcessScreen : Screen
{
    private readonly Dictionary<ProcessTab, Tab> _tabs;

    public ProcessScreen(Shell shell, ProcessModel process)
        : base(shell)
    {
        (Process, Host) = (process, shell.Host);
        _tabs = new()
        {
            [ProcessTab.Overview] = new OverviewTab(this),
            [ProcessTab.Counters] = new CountersTab(this),
            [ProcessTab.Trace] = new TraceTab(this),
            [ProcessTab.Stacks] = new StacksTab(this),
            [ProcessTab.Logs] = new LogsTab(this),
            [ProcessTab.Exceptions] = new ExceptionsTab(this),
            [ProcessTab.Dump] = new DumpTab(this),
        };
    }

    public ProcessModel Process { get; }

    public HostModel Host { get; }

    public ProcessTab At { get; private set; } = ProcessTab.Overview;

    public Tab Tab => _tabs[At];

    /// <summary>For tabs.</summary>
    public new Shell Shell => base.Shell;

    /// <summary>Work that would be lost or cut by leaving.</summary>
    public IEnumerable<string> RunningWork => _tabs.Values.Select(tab => tab.Running).OfType<string>();

    public override string Title => $"{Process.Target.Name} {Process.Target.Pid}";

    public override IReadOnlyList<KeyHint> Hints => [.. Tab.Hints, new("1-7", "tabs"), new("w", "what may I")];

    public override IReadOnlyList<string> Explanation => Tab.Explanation;

    public override IFiltered? Filtered => Tab.Filtered;

    public override string? CommandLine => Tab.CommandLine;

    public override bool OnKey(string key)
    {
        if (Tab.OnKey(key))
            return true;
        if (key.Length == 1 && key[0] is >= '1' and <= '7')
            Go((ProcessTab)(key[0] - '0'));
        else if (key is "Tab" or "Right")
            Go((ProcessTab)(((int)At % 7) + 1));
        else if (key is "Shift+Tab" or "Left")
            Go((ProcessTab)((((int)At + 5) % 7) + 1));
        else if (key == "Esc" && Filtered is not { Filter.Length: > 0 } && RunningWork.Any())
            Shell.Push(new ConfirmScreen(Shell, "Leave this process?", [$"{string.Join(", ", RunningWork)} is stopped then. What has come is kept."], Shell.Pop));
        else
            return false;
        return true;
    }

    public void Go(ProcessTab tab)
    {
        At = tab;
        Tab.OnShown();
    }

    public override void OnShown() => Tab.OnShown();

    public override void OnTick()
    {
        Process.LookedAt = Shell.Clock.GetUtcNow();
        Tab.OnTick();
    }

    public override void OnClosed()
    {
        foreach (Tab tab in _tabs.Values)
            tab.OnClosed();
    }
}
