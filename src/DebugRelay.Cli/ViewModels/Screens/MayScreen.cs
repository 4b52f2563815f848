using DebugRelay.Policy.Rules;

namespace DebugRelay.Cli.ViewModels.Screens;

/// <summary>Whether something may be done.</summary>
internal enum Permission
{
    Allowed,
    WithGrant,
    Emergency,
    No,
}

/// <summary>An operation, and whether we may.</summary>
/// <param name="Operation">Its name.</param>
/// <param name="May">Whether.</param>
/// <param name="Meaning">What it is, for who reads it at night.</param>
internal sealed record PermissionRow(string Operation, Permission May, string Meaning);

/// <summary>`w`: what may I do here?</summary>
internal sealed class MayScreen(Shell shell) : Screen(shell)
{
    private static readonly Dictionary<string, string> Meanings = new()
    {
        ["process.list"] = "see that it runs",
        ["process.info"] = "runtime, architecture, scrubbed command line",
        ["process.environment"] = "its environment, scrubbed",
        ["counters"] = "numbers, once a second",
        ["trace"] = "events of any provider, scrubbed",
        ["stacks"] = "what all threads are doing now",
        ["gcdump"] = "types and sizes of the heap, no content",
        ["logs"] = "what it logs, scrubbed",
        ["exceptions"] = "what it throws, scrubbed",
        ["dump.mini"] = "stacks and registers, sanitised",
        ["dump.triage"] = "a mini dump without paths and names",
        ["dump.heap"] = "the heap, strings masked",
        ["dump.full"] = "all memory, strings masked",
        ["inventory"] = "the host's debug surfaces",
        ["session.list"] = "who looks into what",
        ["session.watch"] = "see what others see, live",
        ["session.kill"] = "end others' sessions",
        ["unscrubbed"] = "as the process sent it, encrypted to you",
    };

    public ListModel<PermissionRow> List { get; } = new(row => row.Operation, row => $"{row.Operation} {row.Meaning}");

    /// <summary>The process that is meant; null: none is chosen.</summary>
    public ProcessModel? Process { get; } = Palette.ProcessAt(shell);

    public override string Title => Process is null ? "What may I do here?" : $"What may I do with {Process.Target.Name} {Process.Target.Pid}?";

    public override IReadOnlyList<KeyHint> Hints => List.Chosen?.May switch
    {
        Permission.WithGrant => [new("r", "request access")],
        _ => [],
    };

    public override IReadOnlyList<string> Explanation =>
    [
        "What the host's policy says of your roles and this process, as the agent lists it. The policy decides again on every request.",
        "with a grant: r writes a request; approvers sign it, and the grant opens it for a time.",
        "in an emergency: start the client with --break-glass --reason … --incident …; it is announced at once, and reviewed.",
        "Operations of the host (sessions, inventory) are not listed with a process: the agent answers when they are asked.",
    ];

    public override IFiltered Filtered => List;

    public override string CommandLine => $"debugrelay ps --host {Shell.Host.Name}";

    public override void OnShown() => List.Set([.. Operations.All.Where(IsOfProcess).Select(Row).OrderBy(row => row.May).ThenBy(row => row.Operation, StringComparer.Ordinal)]);

    public override bool OnKey(string key)
    {
        if (key is "r" or "Enter" && List.Chosen is { May: Permission.WithGrant } row)
        {
            Shell.Push(new RequestScreen(Shell, Process, row.Operation));
            return true;
        }
        return List.OnKey(key);
    }

    private static bool IsOfProcess(string operation) => !operation.StartsWith("session.", StringComparison.Ordinal) && operation is not "inventory";

    private PermissionRow Row(string operation) => new(operation, MayDo(operation), Meanings.GetValueOrDefault(operation, ""));

    private Permission MayDo(string operation) => Process?.Listed switch
    {
        null => Permission.No,
        var listed when listed.Operations.Contains(operation) => Permission.Allowed,
        var listed when listed.WithGrant?.Contains(operation) == true => Permission.WithGrant,
        var listed when listed.BreakGlass?.Contains(operation) == true => Permission.Emergency,
        _ => Permission.No,
    };
}
