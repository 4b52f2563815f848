namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>Requests for grants that wait on the host: approvers sign here, requesters fetch their grant.</summary>
internal sealed class InboxScreen(Shell shell) : PolledScreen<IReadOnlyList<AccessLetter>>(shell, TimeSpan.FromSeconds(10))
{
    public ListModel<AccessLetter> List { get; } = new(letter => letter.Id, letter => $"{letter.Id} {letter.Requester} {string.Join(' ', letter.Operations)} {letter.Reason} {letter.Incident}");

    public override string Title => "Who asks for access?";

    public override IReadOnlyList<KeyHint> Hints => List.Chosen switch
    {
        null => [],
        { Signers.Count: > 0 } letter when IsMine(letter) => [new("u", "use the grant")],
        var letter when IsMine(letter) => [],
        _ => [new("a", "approve")],
    };

    public override IReadOnlyList<string> Explanation =>
    [
        "Requests that wait on this host: approvers see all, others their own. a signs a grant with your certificate's key: exactly what is",
        "asked, for the time that is asked; nobody approves his own request. u takes the grant of your own request into this session.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => List.Chosen is { } letter ? $"debugrelay access approve --id {letter.Id} --host {Shell.Host.Name}" : $"debugrelay access inbox --host {Shell.Host.Name}";

    /// <summary>Whether it is our own: nobody approves his own request.</summary>
    public bool IsMine(AccessLetter letter) => letter.Requester == Shell.Host.Facts?.Identity;

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "a" when List.Chosen is { } letter && !IsMine(letter):
                Shell.Push(new ConfirmScreen(Shell, $"Approve {letter.Id}?", Lines(letter), () => Approve(letter)));
                return true;
            case "u" when List.Chosen is { Signers.Count: > 0 } letter && IsMine(letter):
                Use(letter);
                return true;
            case "r":
                Look();
                return true;
            default:
                return List.OnKey(key);
        }
    }

    /// <summary>What is asked, in lines.</summary>
    public static IReadOnlyList<string> Lines(AccessLetter letter) =>
    [
        $"{letter.Requester} asks for {string.Join(", ", letter.Operations)}",
        $"with {(letter.Processes.Count > 0 ? string.Join(", ", letter.Processes) : "any process of his role")}",
        $"for {Text.Durations.Show(letter.For)}, {(letter.Uses == 1 ? "once" : $"{letter.Uses} times")}",
        $"because: {letter.Reason}{(letter.Incident is { } incident ? $" ({incident})" : "")}",
    ];

    protected override Task<IReadOnlyList<AccessLetter>> AskAsync(IRelaySession session) => session.ListRequestsAsync(CancellationToken.None);

    protected override void Show(IReadOnlyList<AccessLetter> answer) => List.Set(answer);

    private void Approve(AccessLetter letter)
    {
        if (Shell.Host.Session is { } session)
            Shell.Do(() => session.ApproveAsync(letter.Id, CancellationToken.None), Told);
    }

    private void Use(AccessLetter letter)
    {
        if (Shell.Host.Session is { } session)
            Shell.Do(() => session.UseGrantAsync(letter.Id, CancellationToken.None), Told);
    }

    private void Told(string message)
    {
        Shell.Flash(message);
        Look();
    }
}
