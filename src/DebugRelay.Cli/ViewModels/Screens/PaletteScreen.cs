namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>`:`: everything that can be done from here, found by typing.</summary>
internal sealed class PaletteScreen : Screen
{
    private readonly IReadOnlyList<PaletteEntry> _entries;

    public PaletteScreen(Shell shell)
        : base(shell)
    {
        _entries = Palette.Entries(shell);
        List.Set(_entries);
    }

    public ListModel<PaletteEntry> List { get; } = new(entry => entry.Name, entry => $"{entry.Name} {entry.Does}");

    public TextInput Input { get; } = new();

    public override string Title => "What next?";

    public override bool IsOverlay => true;

    public override IReadOnlyList<KeyHint> Hints => [new("Enter", "do it")];

    public override IReadOnlyList<string> Explanation => ["Type a few letters, choose with the arrows, Enter."];

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Esc":
                Shell.Pop();
                return true;
            case "Enter":
                PaletteEntry? chosen = List.Chosen;
                Shell.Pop();
                chosen?.Run();
                return true;
            case "Up" or "Down" or "PageUp" or "PageDown" or "WheelUp" or "WheelDown":
                return List.OnKey(key);
            default:
                if (Input.OnKey(key))
                {
                    List.SetFilter(Input.Text);
                    List.Set([.. _entries.OrderBy(Distance)]);
                    List.Choose(0);
                }
                return true;
        }
    }

    /// <summary>What begins as it is typed comes first.</summary>
    private int Distance(PaletteEntry entry) => entry.Name.IndexOf(Input.Text, StringComparison.OrdinalIgnoreCase) switch
    {
        0 => 0,
        > 0 => 1,
        _ => 2,
    };
}
