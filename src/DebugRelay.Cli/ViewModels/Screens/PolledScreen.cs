using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>A screen of what the host is asked for again and again while it is shown.</summary>
/// <param name="shell">The screens.</param>
/// <param name="every">How often.</param>
internal abstract class PolledScreen<T>(Shell shell, TimeSpan every) : Screen(shell)
{
    private DateTimeOffset _looked = DateTimeOffset.MinValue;
    private bool _looking;

    /// <summary>Why nothing is shown; null where it is.</summary>
    public Failure? Problem { get; private set; }

    /// <summary>Whether the host has answered once.</summary>
    public bool IsRead { get; private set; }

    public override void OnShown() => Look();

    public override void OnTick()
    {
        if (Shell.Top == this && Shell.Clock.GetUtcNow() - _looked >= every)
            Look();
    }

    /// <summary>Asks now, where no answer is on its way.</summary>
    protected void Look()
    {
        if (_looking || Shell.Host.Session is not { } session)
            return;
        (_looking, _looked) = (true, Shell.Clock.GetUtcNow());
        Shell.Do(() => AskAsync(session), Take, failure => (_looking, Problem) = (false, failure));
    }

    protected abstract Task<T> AskAsync(IRelaySession session);

    protected abstract void Show(T answer);

    private void Take(T answer)
    {
        (_looking, Problem, IsRead) = (false, null, true);
        Show(answer);
    }
}
