using DebugRelay.Cli.ViewModels.Screens;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>How the process is, and what stands out.</summary>
internal sealed class OverviewTab(ProcessScreen screen) : Tab(screen)
{
    private bool _asked;

    /// <summary>What the runtime says of itself; null until it has, or where we may not ask.</summary>
    public ProcessDetails? Details { get; private set; }

    public override IReadOnlyList<string> Explanation =>
    [
        "The vital counters of the last minutes, and what stands out of them, each with the place to look next.",
        "The rules:",
        .. FindingRules.All.Select(rule => $"  {rule.Name}: {rule.Says}"),
    ];

    public override string CommandLine => Verb("counters");

    public override void OnShown()
    {
        if (_asked || !Process.May("process.info") || Screen.Host.Session is not { } session)
            return;
        _asked = true;
        Shell.Do(() => session.DescribeAsync(Process.Target, CancellationToken.None), details => Details = details);
    }
}
