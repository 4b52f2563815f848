using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>A refused action: the rule that refused it, and the way to it.</summary>
internal sealed class RefusalScreen(Shell shell, ProcessModel? process, string operation, Failure failure) : Screen(shell)
{
    public override string Title => "Refused";

    public override bool IsOverlay => true;

    /// <summary>What was refused.</summary>
    public string What => process is null ? operation : $"{operation} on {process.Target.Name} {process.Target.Pid}";

    public Failure Failure => failure;

    /// <summary>Whether the policy lets it be asked for.</summary>
    public bool CanBeAskedFor => process?.Listed.WithGrant?.Contains(operation) == true;

    public override IReadOnlyList<KeyHint> Hints => CanBeAskedFor ? [new("r", "request access")] : [];

    public override IReadOnlyList<string> Explanation =>
    [
        "The rule is the host's own word: policy.json names it. Where the policy allows the operation with a grant, r writes the request",
        "from what was refused; approvers find it on the host, and you are told here when it is answered.",
    ];

    public override bool OnKey(string key)
    {
        if (key == "r" && CanBeAskedFor)
        {
            Shell.Pop();
            Shell.Push(new RequestScreen(Shell, process, operation));
        }
        else if (key is "Esc" or "Enter" or "q")
            Shell.Pop();
        return key != "?";
    }
}
