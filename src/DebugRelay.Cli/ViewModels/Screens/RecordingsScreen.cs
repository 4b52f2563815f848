namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>The recordings that lie on this machine.</summary>
internal sealed class RecordingsScreen(Shell shell) : Screen(shell)
{
    public ListModel<LibraryEntry> List { get; } = new(entry => entry.Session, entry => $"{entry.Session} {entry.Story?.Identity} {entry.Story?.Host} {entry.Story?.Incident} {entry.Story?.Reason} {entry.Problem}");

    /// <summary>The folder that is read.</summary>
    public string Folder => Shell.Library.Folder;

    public bool IsRead { get; private set; }

    public override string Title => "What was done?";

    public override IReadOnlyList<KeyHint> Hints => [new("Enter", "open"), new("n", "next unreviewed")];

    public override IReadOnlyList<string> Explanation =>
    [
        "The recordings in the folder that --recordings names (recordings/ if left out), newest first. They lie on hosts and in the archive:",
        "copy the folders of sessions here. REVIEW says DUE where an emergency was declared and no reviewer has signed.",
        "What a recording tells is worth what its verdict says: Enter verifies it.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"debugrelay recording list {Folder}";

    public static bool IsDue(LibraryEntry entry) => entry.Problem is not null || (entry.Story?.IsBreakGlass == true && entry.ReviewedBy.Count == 0);

    public override void OnShown() => Shell.Do(() => Task.FromResult(Shell.Library.List()), Take);

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Enter" when List.Chosen is { } entry:
                Shell.Push(new RecordingScreen(Shell, entry));
                return true;
            case "n":
                NextDue();
                return true;
            default:
                return List.OnKey(key);
        }
    }

    private void Take(IReadOnlyList<LibraryEntry> entries)
    {
        IsRead = true;
        List.Set(entries);
    }

    private void NextDue()
    {
        for (int step = 1; step <= List.Rows.Count; step++)
        {
            int index = (List.Index + step) % List.Rows.Count;
            if (!IsDue(List.Rows[index]))
                continue;
            List.Choose(index);
            return;
        }
        Shell.Flash("no recording here waits for a review");
    }
}
