using DebugRelay.Cli.Failures;
using DebugRelay.Cli.ViewModels.Screens;

namespace DebugRelay.Cli.ViewModels;

/// <summary>The whole client: hosts, a stack of screens, and the keys that work everywhere.</summary>
internal sealed class Shell : IAsyncDisposable
{
    private static readonly TimeSpan FlashTime = TimeSpan.FromSeconds(6);

    private readonly List<Screen> _screens = [];
    private string? _flash;
    private DateTimeOffset _flashEnds;

    /// <param name="relays">The hosts that are known, the first to be opened at its head.</param>
    /// <param name="library">The recordings of this machine.</param>
    /// <param name="clock">The time.</param>
    public Shell(IReadOnlyList<IRelay> relays, IRecordingLibrary library, TimeProvider clock)
    {
        (Library, Clock) = (library, clock);
        Hosts = [.. relays.Select(relay => new HostModel(relay, Mailbox, clock))];
        foreach (HostModel host in Hosts)
            host.Noticed += notice => Flash(notice.Message);
        Host = Hosts[0];
        _screens.Add(new HostsScreen(this));
        if (Hosts.Count == 1)
            _screens.Add(new ProcessesScreen(this));
    }

    public Mailbox Mailbox { get; } = new();

    public TimeProvider Clock { get; }

    public IRecordingLibrary Library { get; }

    public IReadOnlyList<HostModel> Hosts { get; }

    /// <summary>The host that is looked at.</summary>
    public HostModel Host { get; private set; }

    public Screen Top => _screens[^1];

    /// <summary>All screens, the outermost first.</summary>
    public IReadOnlyList<Screen> Screens => _screens;

    /// <summary>The filter that is being written; null: none is.</summary>
    public TextInput? Filter { get; private set; }

    /// <summary>One line that tells what just happened; null: nothing.</summary>
    public string? Message => Clock.GetUtcNow() < _flashEnds ? _flash : null;

    public bool HasQuit { get; private set; }

    /// <summary>Is given what is to be put into the terminal's clipboard.</summary>
    public event Action<string>? Copied;

    public void Start()
    {
        if (Hosts.Count == 1)
            Host.Open();
        Top.OnShown();
    }

    /// <summary>Once a second.</summary>
    public void Tick()
    {
        foreach (HostModel host in Hosts)
            host.Tick();
        foreach (Screen screen in _screens.ToArray())
            screen.OnTick();
    }

    public void Enter(HostModel host)
    {
        Host = host;
        host.Open();
        Push(new ProcessesScreen(this));
    }

    public void Push(Screen screen)
    {
        Filter = null;
        _screens.Add(screen);
        screen.OnShown();
    }

    /// <summary>Shows a screen that may be somewhere in the stack already.</summary>
    public void Show<T>(Func<T> make)
        where T : Screen
    {
        while (_screens.Count > 1 && _screens.OfType<T>().Any() && Top is not T)
            Pop();
        if (Top is not T)
            Push(make());
    }

    public void Pop()
    {
        if (_screens.Count == 1)
            return;
        Filter = null;
        Screen closed = Top;
        _screens.RemoveAt(_screens.Count - 1);
        closed.OnClosed();
        Top.OnShown();
    }

    public void Quit() => HasQuit = true;

    /// <summary>Says something for some seconds.</summary>
    public void Flash(string message) => (_flash, _flashEnds) = (message, Clock.GetUtcNow() + FlashTime);

    public void Copy(string text)
    {
        Copied?.Invoke(text);
        Flash($"copied: {text}");
    }

    /// <summary>Does something in the background, and tells what went wrong.</summary>
    /// <param name="work">What; it must not touch models.</param>
    /// <param name="done">With the result, on the screen's thread.</param>
    /// <param name="failed">Instead of a message.</param>
    /// <param name="cancellation">Gives up silently.</param>
    public void Do<T>(Func<Task<T>> work, Action<T> done, Action<Failure>? failed = null, CancellationToken cancellation = default)
        => _ = Task.Run(
            async () =>
            {
                try
                {
                    T result = await work();
                    Mailbox.Post(() => done(result));
                }
                catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
                {
                    // Nobody waits for it.
                }
                catch (Exception error)
                {
                    Failure failure = Failure.Of(error);
                    Mailbox.Post(() => (failed ?? Tell)(failure));
                }
            },
            CancellationToken.None);

    public void OnKey(string key)
    {
        if (key == "Ctrl+C")
            AskToQuit();
        else if (Filter is { } filter)
            Edit(filter, key);
        else if (!Top.OnKey(key))
            OnCommonKey(key);
    }

    /// <summary>The keys that work everywhere, after the screen's own.</summary>
    public IReadOnlyList<KeyHint> CommonHints => Filter is not null
        ? [new("Enter", "keep"), new("Esc", "clear")]
        : Top.IsOverlay ? [new("Esc", "close")]
        : [.. Back, .. Filterable, new(":", "palette"), new("?", "help")];

    public async ValueTask DisposeAsync()
    {
        foreach (Screen screen in _screens)
            screen.OnClosed();
        await Task.WhenAll(Hosts.Select(host => host.DisposeAsync().AsTask()));
    }

    private IEnumerable<KeyHint> Back => _screens.Count > 1 ? [new KeyHint("Esc", "back")] : [];

    private IEnumerable<KeyHint> Filterable => Top.Filtered is not null ? [new KeyHint("/", "filter")] : [];

    private void Tell(Failure failure) => Flash(failure.ToDo is { } toDo ? $"{failure.What}: {toDo}" : failure.What);

    private void OnCommonKey(string key)
    {
        switch (key)
        {
            case "Esc" when Top.Filtered is { Filter.Length: > 0 } filtered:
                filtered.SetFilter("");
                break;
            case "Esc":
                Pop();
                break;
            case "/" when Top.Filtered is { } filtered:
                Filter = new TextInput(filtered.Filter);
                break;
            case "?":
                Push(new HelpScreen(this, Top));
                break;
            case ":":
                Push(new PaletteScreen(this));
                break;
            case "q":
                AskToQuit();
                break;
            case "y" when Top.CommandLine is { } line:
                Copy(line);
                break;
            default:
                Palette.Find(this, key)?.Run();
                break;
        }
    }

    private void AskToQuit()
    {
        string[] running = [.. _screens.OfType<ProcessScreen>().SelectMany(screen => screen.RunningWork)];
        if (running.Length == 0 || Top is ConfirmScreen { IsQuit: true })
            Quit();
        else
            Push(new ConfirmScreen(this, "Quit?", [$"{string.Join(", ", running)} still runs. What has come is kept."], Quit) { IsQuit = true });
    }

    private void Edit(TextInput filter, string key)
    {
        if (key is "Enter" or "Down" or "Up")
            Filter = null;
        else if (key == "Esc")
        {
            Filter = null;
            Top.Filtered?.SetFilter("");
        }
        else if (filter.OnKey(key))
            Top.Filtered?.SetFilter(filter.Text);
    }
}
