namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>All hosts that the configuration names, and how they are.</summary>
internal sealed class HostsScreen(Shell shell) : Screen(shell)
{
    private static readonly TimeSpan KnockEvery = TimeSpan.FromSeconds(30);

    private DateTimeOffset _knocked = DateTimeOffset.MinValue;

    public ListModel<HostModel> List { get; } = new(host => host.Name, host => $"{host.Name} {host.Relay.Address} {host.Knock?.Host}");

    public override string Title => "Which host?";

    public override IReadOnlyList<KeyHint> Hints => [new("Enter", "open"), new("r", "look again"), new("R", "recordings")];

    public override IReadOnlyList<string> Explanation =>
    [
        "The hosts of --host and of ~/.config/debugrelay/config.json. HEALTH knocks every 30 s: TCP, TLS with both certificates,",
        "and the agent's first words; no session is opened by it. Enter opens one, and from there on everything is recorded.",
        "CLOCK is the host's clock less yours: certificates, grants and requests are judged by the host's.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"debugrelay whoami --host {List.Chosen?.Name}";

    public override void OnShown()
    {
        List.Set(Shell.Hosts);
        if (Shell.Screens.Count == 1)
            Knock();
    }

    public override void OnTick()
    {
        if (Shell.Top == this && Shell.Clock.GetUtcNow() - _knocked > KnockEvery)
            Knock();
    }

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Enter" when List.Chosen is { } host:
                Shell.Enter(host);
                return true;
            case "r":
                Knock();
                return true;
            default:
                return List.OnKey(key);
        }
    }

    private void Knock()
    {
        _knocked = Shell.Clock.GetUtcNow();
        foreach (HostModel host in Shell.Hosts)
            _ = Task.Run(host.KnockAsync);
    }
}
