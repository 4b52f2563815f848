namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>`?`: explains the screen below it.</summary>
internal sealed class HelpScreen(Shell shell, Screen explained) : Screen(shell)
{
    public override string Title => $"Help: {explained.Title}";

    public override bool IsOverlay => true;

    public override IReadOnlyList<string> Explanation => explained.Explanation;

    /// <summary>The keys of the screen, then those that work everywhere.</summary>
    public IReadOnlyList<KeyHint> Keys { get; } =
    [
        .. explained.Hints,
        new("Enter", "deeper"), new("Esc", "back"), new("/", "filter"), new(":", "palette"), new("y", "copy the command line"), new("H", "hosts"), new("P", "processes"),
        new("w", "what may I do"), new("A", "access requests"), new("S", "sessions"), new("R", "recordings"), new("N", "notices"), new("q", "quit"),
    ];

    /// <summary>The first line on the screen.</summary>
    public int From { get; private set; }

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Down" or "j" or "WheelDown":
                From++;
                return true;
            case "Up" or "k" or "WheelUp":
                From = Math.Max(0, From - 1);
                return true;
            case "Esc" or "?" or "Enter" or "q":
                Shell.Pop();
                return true;
            default:
                return true;
        }
    }

    /// <summary>Tells how far one can scroll.</summary>
    public void Show(int lines, int page) => From = Math.Clamp(From, 0, Math.Max(0, lines - page));
}
