using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels.Tabs;

/// <summary>One side of a process.</summary>
internal abstract class Tab(ProcessScreen screen)
{
    public ProcessScreen Screen => screen;

    public ProcessModel Process => screen.Process;

    protected Shell Shell => screen.Shell;

    public virtual IReadOnlyList<KeyHint> Hints => [];

    public abstract IReadOnlyList<string> Explanation { get; }

    public virtual IFiltered? Filtered => null;

    /// <summary>The command line that does the same.</summary>
    public abstract string CommandLine { get; }

    /// <summary>Work that would be cut by leaving; null: none runs.</summary>
    public virtual string? Running => null;

    public virtual bool OnKey(string key) => false;

    public virtual void OnShown()
    {
    }

    public virtual void OnTick()
    {
    }

    public virtual void OnClosed()
    {
    }

    protected string Verb(string verb) => $"debugrelay {verb} {Process.Target.Pid} --host {screen.Host.Name}";
}
