using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>Something that is followed while its tab is open, over whichever session there is.</summary>
/// <param name="screen">The process's screen.</param>
/// <param name="operation">What it is to the policy.</param>
internal abstract class FeedTab(ProcessScreen screen, string operation) : Tab(screen)
{
    private IRelaySession? _over;
    private CancellationTokenSource? _following;

    /// <summary>Why nothing comes; null while it does.</summary>
    public Failure? Problem { get; private set; }

    public bool IsFollowing => _following is not null && Problem is null;

    public string Operation => operation;

    public override IReadOnlyList<KeyHint> Hints => Problem switch
    {
        { ExitCode: ExitCode.Refused } when Process.Listed.WithGrant?.Contains(operation) == true => [new("r", "request access")],
        { } => [new("r", "try again")],
        null => [],
    };

    public override void OnShown() => Follow();

    public override void OnTick()
    {
        if (ReferenceEquals(Screen.Tab, this))
            Follow();
        Refresh();
    }

    public override bool OnKey(string key)
    {
        if (key != "r" || Problem is not { } problem)
            return false;
        if (problem.ExitCode == ExitCode.Refused && Process.Listed.WithGrant?.Contains(operation) == true)
            Shell.Push(new RequestScreen(Shell, Process, operation));
        else
            (_over, Problem) = (null, null);
        Follow();
        return true;
    }

    public override void OnClosed() => _following?.Cancel();

    /// <summary>Follows until it is cancelled; on a background thread.</summary>
    /// <param name="session">Over which.</param>
    /// <param name="post">Takes changes to the screen's thread, as long as this following lasts.</param>
    /// <param name="cancellation">Ends it.</param>
    protected abstract Task FollowAsync(IRelaySession session, Action<Action> post, CancellationToken cancellation);

    /// <summary>Shows what has come.</summary>
    protected abstract void Refresh();

    /// <summary>Begins once more, with what is wanted now.</summary>
    protected void FollowAnew()
    {
        _over = null;
        Follow();
    }

    private void Follow()
    {
        if (Screen.Host.Session is not { } session || ReferenceEquals(_over, session))
            return;
        _following?.Cancel();
        (_over, Problem) = (session, null);
        var following = _following = new CancellationTokenSource();
        Shell.Do(
            async () =>
            {
                await FollowAsync(session, change => Shell.Mailbox.Post(() => Apply(following, change)), following.Token);
                return true;
            },
            _ => { },
            failure => Fail(following, failure),
            following.Token);
    }

    private void Apply(CancellationTokenSource following, Action change)
    {
        if (ReferenceEquals(_following, following))
            change();
    }

    private void Fail(CancellationTokenSource following, Failure failure)
    {
        if (ReferenceEquals(_following, following))
            Problem = failure;
    }
}
