using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels;

/// <summary>One thing that can be done from where we are.</summary>
/// <param name="Key">Its key; null where it has none of its own.</param>
/// <param name="Name">As one would search for it.</param>
/// <param name="Does">What it does.</param>
/// <param name="Run">Does it.</param>
internal sealed record PaletteEntry(string? Key, string Name, string Does, Action Run);

/// <summary>Everything that can be done from everywhere; `:` shows it, the keys work without it.</summary>
internal static class Palette
{
    public static IReadOnlyList<PaletteEntry> Entries(Shell shell) =>
    [
        new("H", "hosts", "all hosts and their health", () => shell.Show(() => new HostsScreen(shell))),
        new("P", "processes", "the processes of this host", () => shell.Show(() => new ProcessesScreen(shell))),
        new("w", "access may", "what may I do here?", () => shell.Show(() => new MayScreen(shell))),
        new("A", "access inbox", "requests that wait for approval", () => shell.Show(() => new InboxScreen(shell))),
        new("S", "sessions", "who looks into what: watch, end", () => shell.Show(() => new SessionsScreen(shell))),
        new("R", "recording", "recordings on this machine", () => shell.Show(() => new RecordingsScreen(shell))),
        new("N", "notices", "what the host said by itself", () => shell.Show(() => new NoticesScreen(shell))),
        .. OfProcess(shell),
        new("?", "help", "this screen, explained", () => shell.Push(new HelpScreen(shell, shell.Top))),
        new("q", "quit", "leave; the session is closed", () => shell.OnKey("Ctrl+C")),
    ];

    public static PaletteEntry? Find(Shell shell, string key) => Entries(shell).FirstOrDefault(entry => entry.Key == key);

    /// <summary>The process under the cursor, where there is one.</summary>
    public static ProcessModel? ProcessAt(Shell shell) => shell.Top switch
    {
        ProcessScreen screen => screen.Process,
        ProcessesScreen screen => screen.List.Chosen,
        PaletteScreen or MayScreen or HelpScreen => shell.Screens.OfType<ProcessScreen>().LastOrDefault()?.Process ?? shell.Screens.OfType<ProcessesScreen>().LastOrDefault()?.List.Chosen,
        _ => null,
    };

    private static IEnumerable<PaletteEntry> OfProcess(Shell shell)
    {
        if (ProcessAt(shell) is not { } process)
            yield break;
        foreach ((string key, string verb, ProcessTab tab, string does) in Tabs)
            yield return new PaletteEntry(key, verb, $"{does} of {process.Target.Name}", () => Open(shell, process, tab));
        yield return new PaletteEntry("v", "env", $"environment variables of {process.Target.Name}", () => OpenEnvironment(shell, process));
    }

    private static readonly (string Key, string Verb, ProcessTab Tab, string Does)[] Tabs =
    [
        ("c", "counters", ProcessTab.Counters, "counters as charts"),
        ("t", "trace", ProcessTab.Trace, "record a trace"),
        ("s", "stacks", ProcessTab.Stacks, "all stacks, grouped"),
        ("l", "logs", ProcessTab.Logs, "what it logs"),
        ("x", "exceptions", ProcessTab.Exceptions, "exceptions by type"),
        ("d", "dump", ProcessTab.Dump, "a dump, sanitised on the host"),
    ];

    private static void OpenEnvironment(Shell shell, ProcessModel process)
    {
        if (shell.Top is PaletteScreen)
            shell.Pop();
        shell.Push(new EnvironmentScreen(shell, process));
    }

    private static void Open(Shell shell, ProcessModel process, ProcessTab tab)
    {
        if (shell.Top is PaletteScreen)
            shell.Pop();
        if (shell.Top is not ProcessScreen open)
            shell.Push(open = new ProcessScreen(shell, process));
        open.Go(tab);
    }
}
