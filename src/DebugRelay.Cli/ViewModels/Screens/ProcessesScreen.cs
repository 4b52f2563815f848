namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>How the list of processes is ordered.</summary>
internal enum ProcessOrder
{
    Pid,
    Name,
    Cpu,
    Heap,
    Requests,
    Exceptions,
}

/// <summary>The processes of a host, live.</summary>
internal sealed class ProcessesScreen(Shell shell) : Screen(shell)
{
    public ListModel<ProcessModel> List { get; } = new(process => process.Key, process => $"{process.Target.Pid} {process.Target.Name} {process.Target.User}");

    public HostModel Host { get; } = shell.Host;

    public ProcessOrder Order { get; private set; }

    /// <summary>What stands out of all processes, urgent things first.</summary>
    public IReadOnlyList<(ProcessModel Process, Finding Finding)> Findings
        => [.. Host.Processes.Where(process => process.Gone is null).SelectMany(process => process.Findings.Select(finding => (process, finding))).OrderByDescending(each => each.finding.Urgent)];

    public override string Title => "Which process?";

    public override IReadOnlyList<KeyHint> Hints => Host.Link == LinkState.Refused
        ? [new("r", "try again")]
        : [new("Enter", "open"), new("t", "trace"), new("c", "counters"), new("s", "stacks"), new("l", "logs"), new("x", "exceptions"), new("d", "dump"), new("w", "what may I"), new("o", "order")];

    public override IReadOnlyList<string> Explanation =>
    [
        "Only the processes that the host's policy lets you see. Values come once a second; graphs are the last minute or less.",
        "CPU: percent of all processors. HEAP: managed heap, MB. GC: percent of the time in collections. REQ/s: ASP.NET Core's requests.",
        "EXC/s: exceptions thrown. THR: threads of the pool; ! = work waits for one. ▲ something stands out, ‼ act now.",
        "A dash: the process does not publish it, or your roles do not give you counters there (w tells).",
        "What stands out is arithmetic on these counters, by these rules:",
        .. FindingRules.All.Select(rule => $"  {rule.Name}: {rule.Says}"),
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"debugrelay ps --host {Host.Name}";

    public override void OnShown() => Refresh();

    public override void OnTick() => Refresh();

    /// <summary>Takes the host's processes as they are now.</summary>
    public void Refresh() => List.Set([.. Ordered(Host.Processes)]);

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Enter" when List.Chosen is { } process:
                Shell.Push(new ProcessScreen(Shell, process));
                return true;
            case "o":
                Order = (ProcessOrder)(((int)Order + 1) % Enum.GetValues<ProcessOrder>().Length);
                Refresh();
                Shell.Flash($"ordered by {Order.ToString().ToLowerInvariant()}");
                return true;
            case "r" when Host.Link is LinkState.Refused or LinkState.Lost:
                Host.TryAgain();
                return true;
            default:
                return List.OnKey(key);
        }
    }

    private IEnumerable<ProcessModel> Ordered(IEnumerable<ProcessModel> processes) => Order switch
    {
        ProcessOrder.Name => processes.OrderBy(process => process.Target.Name, StringComparer.OrdinalIgnoreCase),
        ProcessOrder.Cpu => processes.OrderByDescending(process => Latest(process.Vitals.Cpu)),
        ProcessOrder.Heap => processes.OrderByDescending(process => Latest(process.Vitals.Heap)),
        ProcessOrder.Requests => processes.OrderByDescending(process => Latest(process.Vitals.Requests)),
        ProcessOrder.Exceptions => processes.OrderByDescending(process => Latest(process.Vitals.Exceptions)),
        _ => processes,
    };

    private static double Latest(Series? series) => series is { Count: > 0 } ? series.Latest : -1;
}
