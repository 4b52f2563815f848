using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>`recording show PATH`: who, what, when, why, under which grant, what was refused, what was masked.</summary>
internal static class ShowCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> path = SessionFolder.Argument();
        var by = new VerificationOptions();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("show", "Tell what a recording holds; with a CA, also whether it can be believed") { path, json };
        by.AddTo(command);
        command.SetAction(parsed => Show(context.Terminal, parsed.GetRequiredValue(path), by.LoadOrNull(parsed, context.Surroundings), parsed.GetValue(json)));
        return command;
    }

    private static int Show(Terminal terminal, string path, Verification? by, bool json)
    {
        RecordedSession session = SessionFolder.Read(path);
        Verdict? verdict = by?.Judge(path);
        IReadOnlyList<JudgedReview> reviews = by is null ? [] : JudgedReview.ReadAll(path, session, by);
        if (json)
            terminal.Output.WriteLine(JsonSerializer.Serialize(new ShownRecording(session, verdict?.ToString(), reviews), OutputJson.Default.ShownRecording));
        else
            Write(terminal, session, verdict, reviews);
        return verdict is null or { Status: VerdictStatus.Ok } ? ExitCode.Done : ExitCode.Found;
    }

    private static void Write(Terminal terminal, RecordedSession session, Verdict? verdict, IReadOnlyList<JudgedReview> reviews)
    {
        Line(terminal, "verdict", verdict?.ToString() ?? "not verified: give --ca");
        Line(terminal, "who", $"{session.Identity ?? "unknown"} from {session.Remote ?? "unknown"}, roles {Words(session.Roles)}");
        Line(terminal, "where", $"{session.Host ?? "unknown"}, session {session.Session}");
        Line(terminal, "when", $"{Moment(session.Opened)} to {(session.IsClosed ? Moment(session.LastSeen) : "(no end is recorded)")}");
        Line(terminal, "why", $"{session.Reason ?? "no reason given"}{(session.Incident is { } incident ? $", {incident}" : "")}");
        Line(terminal, "grants", session.IsBreakGlass ? "break-glass: access without a grant" : Words(session.Grants));
        Line(terminal, "ended", session.CloseMessage ?? session.CloseCode ?? "no end is recorded");
        Line(terminal, "masked", session.Scrubbed.Count > 0 ? string.Join(" · ", session.Scrubbed.Select(s => $"{s.Key} {Amounts.Count(s.Value)}")) : "nothing");
        foreach (JudgedReview review in reviews)
            Line(terminal, "review", review.Problem is { } problem ? $"{review.File} does not count: {problem}" : $"by {review.Reviewer} on {Moment(review.Time)}{(review.Comment is { } comment ? $": {comment}" : "")}");
        if (session.Operations.Count == 0)
            return;
        terminal.Output.WriteLine();
        foreach (string line in Operations(session.Operations).Lines())
            terminal.Output.WriteLine(line);
    }

    private static Table Operations(IReadOnlyList<RecordedOperation> operations)
    {
        var table = new Table("TIME", "DECISION", "OPERATION", "TARGET", ">DELIVERED", ">MASKED", "RULE OR REASON");
        foreach (RecordedOperation operation in operations)
        {
            table.Add(
                $"{operation.Decided ?? operation.Asked:HH:mm:ss}", Decision(operation), operation.Operation ?? "?", Target(operation),
                operation.Bytes is { } bytes ? Amounts.Bytes(bytes) + (operation.Partial ? " (cut)" : "") + (operation.Kept is { } kept ? $" ({kept})" : "") : "", operation.Scrubbed.Count > 0 ? Amounts.Count(operation.Scrubbed.Values.Sum()) : "",
                operation.Rule ?? "");
        }
        return table;
    }

    private static string Decision(RecordedOperation operation) => operation switch
    {
        { Allowed: true, BreakGlass: true } => "ALLOW!",
        { Allowed: true } => "allow",
        { Allowed: false } => "DENY",
        _ => "open",
    };

    private static string Target(RecordedOperation operation)
        => operation is { Process: { } name, Pid: { } pid } ? $"{name} {pid}" : operation.Pid is { } only ? $"{only}" : "";

    private static void Line(Terminal terminal, string name, string text) => terminal.Output.WriteLine($"{name,-8} {Table.Printable(text)}");

    private static string Words(IReadOnlyList<string> words) => words.Count > 0 ? string.Join(", ", words) : "none";

    private static string Moment(DateTimeOffset? time) => time is { } known ? $"{known.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : "unknown";
}

/// <summary>What `recording show --json` writes.</summary>
/// <param name="Recording">The story.</param>
/// <param name="Verdict">The line of `recording verify`; null where no CA is given.</param>
/// <param name="Reviews">The reviews; none are judged without a CA.</param>
internal sealed record ShownRecording(RecordedSession Recording, string? Verdict, IReadOnlyList<JudgedReview> Reviews);
