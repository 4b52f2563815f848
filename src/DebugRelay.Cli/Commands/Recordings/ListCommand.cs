using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>`recording list [PATH]`: the recordings of a folder, and which of them wait for a reviewer.</summary>
internal static class ListCommand
{
    public static Command Create(CommandContext context)
    {
        var path = new Argument<string>("PATH") { Description = "The folder of all recordings; recordings/ if left out", DefaultValueFactory = _ => "recordings" };
        var unreviewed = new Option<bool>("--unreviewed") { Description = "Only break-glass sessions that no reviewer has signed (judged by --ca and --policy)" };
        var by = new VerificationOptions();
        Option<bool> json = CommonOptions.Json();
        var command = new Command("list", "List recordings, and those that wait for a reviewer") { path, unreviewed, json };
        by.AddTo(command);
        command.SetAction(parsed =>
        {
            Verification? verification = parsed.GetValue(unreviewed) ? by.Load(parsed, context.Surroundings) : by.LoadOrNull(parsed, context.Surroundings);
            ListedRecording[] all = [.. Read(parsed.GetRequiredValue(path), verification).Where(each => !parsed.GetValue(unreviewed) || each.ReviewDue)];
            Write(context.Terminal, all, parsed.GetValue(json));
            return ExitCode.Done;
        });
        return command;
    }

    private static IEnumerable<ListedRecording> Read(string folder, Verification? by)
        => SessionFolder.Reading(() => RecordingReader.ListSessions(folder)).Select(session => ReadOne(Path.Combine(folder, session), by)).OrderBy(each => each.Opened);

    private static ListedRecording ReadOne(string path, Verification? by)
    {
        string name = Path.GetFileName(path);
        try
        {
            RecordedSession session = SessionStory.Read(path);
            JudgedReview[] reviews = by is null ? [] : [.. JudgedReview.ReadAll(path, session, by).Where(review => review.Problem is null)];
            return new ListedRecording(
                name, session.Opened, session.Identity, session.Host, session.Reason, session.Incident, session.Operations.Count, session.Refused, session.Bytes,
                session.IsClosed, session.IsBreakGlass, session.IsBreakGlass && reviews.Length == 0, [.. reviews.Select(review => review.Reviewer!)]);
        }
        catch (Exception error) when (error is RecordingException or UsageException)
        {
            // One that cannot be read must not hide the others, and is itself a reason to look.
            return new ListedRecording(name, null, null, null, $"cannot be read: {error.Message}", null, 0, 0, 0, false, false, true, []);
        }
    }

    private static void Write(Terminal terminal, ListedRecording[] all, bool json)
    {
        if (json)
        {
            terminal.Output.WriteLine(JsonSerializer.Serialize(all, OutputJson.Default.ListedRecordingArray));
            return;
        }
        var table = new Table("OPENED", "WHO", "HOST", ">ASKED", ">REFUSED", ">DELIVERED", "REVIEW", "SESSION", "REASON");
        foreach (ListedRecording each in all)
        {
            table.Add(
                each.Opened is { } opened ? $"{opened.UtcDateTime:yyyy-MM-dd HH:mm}" : "?", each.Who ?? "?", each.Host ?? "?", Amounts.Count(each.Asked), Amounts.Count(each.Refused), Amounts.Bytes(each.Bytes),
                Review(each), each.Session, each.Reason ?? "");
        }
        foreach (string line in table.Lines())
            terminal.Output.WriteLine(line);
    }

    private static string Review(ListedRecording each) => each switch
    {
        { ReviewedBy.Count: > 0 } => "signed",
        { ReviewDue: true } => "DUE",
        _ => "",
    };
}

/// <summary>A line of `recording list`.</summary>
/// <param name="Session">The session's id: its folder's name.</param>
/// <param name="Opened">When.</param>
/// <param name="Who">The engineer.</param>
/// <param name="Host">The host.</param>
/// <param name="Reason">Why, in his words.</param>
/// <param name="Incident">The incident's id.</param>
/// <param name="Asked">Operations asked for.</param>
/// <param name="Refused">Those refused.</param>
/// <param name="Bytes">Bytes delivered.</param>
/// <param name="Closed">Whether its end is recorded.</param>
/// <param name="BreakGlass">Whether access was taken without a grant.</param>
/// <param name="ReviewDue">Whether it waits for a reviewer.</param>
/// <param name="ReviewedBy">Whose reviews count.</param>
internal sealed record ListedRecording(
    string Session, DateTimeOffset? Opened, string? Who, string? Host, string? Reason, string? Incident, int Asked, int Refused, long Bytes, bool Closed,
    bool BreakGlass, bool ReviewDue, IReadOnlyList<string> ReviewedBy);
