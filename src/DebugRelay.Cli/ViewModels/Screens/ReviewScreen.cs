namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>A reviewer's words on a recording, to be signed.</summary>
internal sealed class ReviewScreen(Shell shell, LibraryEntry entry) : Screen(shell)
{
    private bool _signing;

    public TextInput Comment { get; } = new(longest: 500);

    public LibraryEntry Entry => entry;

    /// <summary>Why it was not signed; null: nothing is wrong.</summary>
    public string? Problem { get; private set; }

    public override string Title => "Sign a review";

    public override bool IsOverlay => true;

    public override IReadOnlyList<KeyHint> Hints => [new("Enter", "sign")];

    public override IReadOnlyList<string> Explanation => ["Verifies the recording once more and signs, with your certificate's key, that you have read it, with your comment. It lies beside the recording."];

    public override bool OnKey(string key)
    {
        if (key == "Esc")
            Shell.Pop();
        else if (key == "Enter")
            Sign();
        else
            Comment.OnKey(key);
        return true;
    }

    private void Sign()
    {
        if (_signing)
            return;
        _signing = true;
        Shell.Do(() => Shell.Library.ReviewAsync(entry.Session, Comment.Text, CancellationToken.None), Signed, failure => (_signing, Problem) = (false, failure.What));
    }

    private void Signed(string message)
    {
        if (Shell.Top == this)
            Shell.Pop();
        Shell.Flash(message);
    }
}
