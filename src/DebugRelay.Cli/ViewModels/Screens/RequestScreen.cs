using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>A line of a form.</summary>
/// <param name="Name">What is asked.</param>
/// <param name="Input">What is written.</param>
internal sealed record FormField(string Name, TextInput Input);

/// <summary>A request for a grant, written from the refused action itself.</summary>
internal sealed class RequestScreen : Screen
{
    private readonly ProcessModel? _process;
    private bool _sending;

    public RequestScreen(Shell shell, ProcessModel? process, string operation)
        : base(shell)
    {
        (_process, Operation) = (process, operation);
        SessionFacts? facts = shell.Host.Facts;
        Fields =
        [
            new("reason", new TextInput(facts?.Reason ?? "")),
            new("incident", new TextInput(facts?.Incident ?? "")),
            new("for", new TextInput("30m")),
            new("uses", new TextInput("1")),
        ];
    }

    public string Operation { get; }

    public string Target => _process is null ? "the host" : $"{_process.Target.Name} {_process.Target.Pid} ({_process.Target.User})";

    public IReadOnlyList<FormField> Fields { get; }

    /// <summary>The field that is written in.</summary>
    public int At { get; private set; }

    /// <summary>What is wrong with what is written; null: nothing.</summary>
    public string? Problem { get; private set; }

    public override string Title => "Request access";

    public override bool IsOverlay => true;

    public override IReadOnlyList<KeyHint> Hints => [new("Enter", "next, send"), new("Up", ""), new("Down", "field")];

    public override IReadOnlyList<string> Explanation =>
    [
        "The request names you, this host, this process (pid and start time) and the operation. It gives no right until approvers have",
        "signed a grant for it. It waits on the host for a day; approvers see it there (A), and you are told when it is answered.",
    ];

    public override bool OnKey(string key)
    {
        switch (key)
        {
            case "Esc":
                Shell.Pop();
                break;
            case "Up" or "Shift+Tab":
                At = Math.Max(0, At - 1);
                break;
            case "Down" or "Tab":
                At = Math.Min(Fields.Count - 1, At + 1);
                break;
            case "Enter" when At < Fields.Count - 1:
                At++;
                break;
            case "Enter":
                Send();
                break;
            default:
                Fields[At].Input.OnKey(key);
                break;
        }
        return true;
    }

    private string Written(int field) => Fields[field].Input.Text.Trim();

    private void Send()
    {
        if (_sending || Draft() is not { } draft || Shell.Host.Session is not { } session)
            return;
        _sending = true;
        Shell.Do(() => session.SendRequestAsync(draft, CancellationToken.None), Sent, failure => (_sending, Problem) = (false, failure.What));
    }

    private void Sent(string id)
    {
        if (Shell.Top == this)
            Shell.Pop();
        Shell.Flash($"request {id} waits on {Shell.Host.Facts?.Host} for its approvers; A shows it");
    }

    private AccessDraft? Draft()
    {
        Problem = Written(0).Length == 0 ? "approvers want to know why"
            : !Durations.TryParse(Written(2), out _) ? $"'{Written(2)}' is no duration: {Durations.Form}"
            : !int.TryParse(Written(3), out int uses) || uses is < 1 or > 1000 ? $"'{Written(3)}' is no number of uses"
            : Shell.Host.Session is null ? "the link is lost: wait until it is back"
            : null;
        return Problem is null
            ? new AccessDraft(_process?.Target, Operation, Written(0), Written(1) is { Length: > 0 } incident ? incident : null, Durations.Parse(Written(2)), int.Parse(Written(3), System.Globalization.CultureInfo.InvariantCulture))
            : null;
    }
}
