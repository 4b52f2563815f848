using System.CommandLine;
using System.Text;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>`recording report PATH -o report.html`: the story as one page for a browser or a printer.</summary>
internal static class ReportCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> path = SessionFolder.Argument();
        var output = new Option<string>("-o", "--output") { HelpName = "FILE", Description = "Where to write the page; SESSION.html if left out" };
        Option<bool> force = CommonOptions.Force();
        var by = new VerificationOptions();
        var command = new Command("report", "Write the story of a recording as one HTML page: no script, nothing loaded") { path, output, force };
        by.AddTo(command);
        command.SetAction((parsed, _) => ReportAsync(
            context.Terminal, parsed.GetRequiredValue(path), parsed.GetValue(output), parsed.GetValue(force), by.Load(parsed, context.Surroundings)));
        return command;
    }

    private static async Task<int> ReportAsync(Terminal terminal, string path, string? output, bool force, Verification by)
    {
        RecordedSession session = SessionFolder.Read(path);
        string file = output ?? $"{session.Session}.html";
        await using ResultFile result = ResultFile.Create(file, force);
        Verdict verdict = by.Judge(path);
        string page = RecordingReport.Render(new ReportFacts(
            session, verdict, session.Opened is { } opened ? VolumeSeries.Read(path, opened) : [], [.. JudgedReview.ReadAll(path, session, by).Select(Shown)],
            Checks(path, by), DateTimeOffset.UtcNow, AgentConnector.ClientName));
        await result.AppendAsync(new(Encoding.UTF8.GetBytes(page)), CancellationToken.None);
        await result.FinishAsync();
        terminal.Output.WriteLine($"{file}: {Table.Printable(verdict.ToString())}");
        return verdict.Status == VerdictStatus.Ok ? ExitCode.Done : ExitCode.Found;
    }

    private static ReportReview Shown(JudgedReview review)
        => review.Problem is { } problem
            ? new ReportReview($"{review.File}: {problem}", Holds: false, review.Time, review.Comment)
            : new ReportReview(review.Reviewer!, Holds: true, review.Time, review.Comment);

    private static List<ReportCheck> Checks(string path, Verification by)
    {
        string folder = Quoted(Path.GetFileName(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))));
        string ca = Quoted(Path.GetFileName(by.CaFile));
        string heads = by.HeadsFile is null ? "" : Quoted(Path.GetFileName(by.HeadsFile));
        var checks = new List<ReportCheck>
        {
            new("With OpenSSL and a page of shell, which share no code with DebugRelay:", $"sh verify-recording.sh {folder} {ca} {heads}".TrimEnd()),
            new("With the client:", $"debugrelay recording verify {folder} --ca {ca}{(heads.Length > 0 ? $" --heads {heads}" : "")}"),
            new("That a delivered stream is the one that the decision table names:", $"sha256sum {folder}/streams/*"),
        };
        checks.AddRange(SessionFolder.Reading(() => ReviewFiles.Read(path)).Select(file => new ReportCheck(
            $"Who signed {file.Name}:",
            $"openssl cms -verify -binary -inform DER -in {folder}/{Path.ChangeExtension(file.Name, ".p7s")} -content {folder}/{file.Name} -CAfile {ca} -purpose any -out /dev/null")));
        return checks;
    }

    /// <summary>As a shell takes it. Names of recordings need no quotes; those of files may.</summary>
    private static string Quoted(string name)
        => name.All(c => char.IsAsciiLetterOrDigit(c) || c is '.' or '_' or '-' or '/') ? name : $"'{name.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
