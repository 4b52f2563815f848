namespace DebugRelay.Cli.ViewModels;

/// <summary>One screen answers one question. It knows what it shows and which keys work now, and nothing of how it is drawn.</summary>
internal abstract class Screen(Shell shell)
{
    protected Shell Shell => shell;

    /// <summary>The question that it answers.</summary>
    public abstract string Title { get; }

    /// <summary>The keys that work now, beside those that work everywhere.</summary>
    public virtual IReadOnlyList<KeyHint> Hints => [];

    /// <summary>What `?` tells beside the keys: what the screen shows and how to read it.</summary>
    public abstract IReadOnlyList<string> Explanation { get; }

    /// <summary>Lies over the screen below it, and takes all keys.</summary>
    public virtual bool IsOverlay => false;

    /// <summary>The list that `/` filters; null: there is none.</summary>
    public virtual IFiltered? Filtered => null;

    /// <summary>The command line that does what the screen shows, for `y`; null: there is none.</summary>
    public virtual string? CommandLine => null;

    /// <returns>False where the key is not the screen's.</returns>
    public abstract bool OnKey(string key);

    /// <summary>It came up, or came back up.</summary>
    public virtual void OnShown()
    {
    }

    /// <summary>It is gone for good: whatever it watches ends.</summary>
    public virtual void OnClosed()
    {
    }

    /// <summary>Once a second while it is on the screen.</summary>
    public virtual void OnTick()
    {
    }
}

/// <summary>What `/` filters.</summary>
internal interface IFiltered
{
    string Filter { get; }

    void SetFilter(string filter);
}
