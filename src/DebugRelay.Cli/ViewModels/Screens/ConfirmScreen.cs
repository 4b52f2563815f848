namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>Asks before what cannot be taken back.</summary>
/// <param name="shell">The client.</param>
/// <param name="question">The question.</param>
/// <param name="lines">What follows from yes.</param>
/// <param name="yes">Is done then.</param>
internal sealed class ConfirmScreen(Shell shell, string question, IReadOnlyList<string> lines, Action yes) : Screen(shell)
{
    public override string Title => question;

    public override bool IsOverlay => true;

    /// <summary>Whether it asks to quit: a second Ctrl-C then means yes.</summary>
    public bool IsQuit { get; init; }

    public IReadOnlyList<string> Lines => lines;

    public override IReadOnlyList<KeyHint> Hints => [new("y", "yes"), new("n", "no")];

    public override IReadOnlyList<string> Explanation => lines;

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "y" or "Y":
                Shell.Pop();
                yes();
                return true;
            case "n" or "N" or "Esc":
                Shell.Pop();
                return true;
            default:
                return true;
        }
    }
}
