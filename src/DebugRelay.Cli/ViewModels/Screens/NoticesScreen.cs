namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>What the host said by itself: approvals, emergencies, observers, endings.</summary>
internal sealed class NoticesScreen(Shell shell) : Screen(shell)
{
    public ListModel<HostNotice> List { get; } = new(notice => $"{notice.Time:O} {notice.Message}", notice => notice.Message) { Follows = true };

    public override string Title => "What did the host say?";

    public override IReadOnlyList<string> Explanation => ["What the agent tells by itself while the session runs: answered requests, emergencies, observers, a withdrawn right. Newest last."];

    public override IFiltered Filtered => List;

    public override void OnShown() => List.Set([.. Shell.Host.Notices]);

    public override void OnTick() => List.Set([.. Shell.Host.Notices]);

    public override bool OnKey(string key) => List.OnKey(key);
}
