using System.CommandLine;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json;
using DebugRelay.Cli.Commands.Recordings;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands;

/// <summary>`recording verify`: whether a recording is whole and unchanged, by public keys alone.</summary>
internal static class RecordingCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("recording", "Work with recordings of sessions");
        command.Subcommands.Add(ListCommand.Create(context));
        command.Subcommands.Add(Verify(context));
        command.Subcommands.Add(ShowCommand.Create(context));
        command.Subcommands.Add(ReplayCommand.Create(context));
        command.Subcommands.Add(ReportCommand.Create(context));
        command.Subcommands.Add(DecryptCommand.Create(context));
        command.Subcommands.Add(ReviewCommand.Create(context));
        return command;
    }

    private static Command Verify(CommandContext context)
    {
        var path = new Argument<string>("PATH") { Description = "The folder of one session, or the folder of all" };
        var ca = new CaOption();
        var heads = new Option<string>("--heads") { HelpName = "FILE", Description = "Heads that were kept while the session ran (--heads of other commands)" };
        var ledger = new Option<string>("--ledger") { HelpName = "PATH", Description = "The host's state folder or one ledger: finds recordings that are missing, exchanged, or say other than the broker did" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("verify", "Say whether a recording is whole and unchanged: OK (0), INCOMPLETE (4) or TAMPERED (4)") { path, ca.Option, heads, ledger, json };
        command.SetAction(parsed =>
        {
            string folder = parsed.GetRequiredValue(path);
            return Judge(ca.Resolve(parsed, context.Surroundings), parsed.GetValue(heads), parsed.GetValue(ledger), (anchors, options) =>
                RecordingVerifier.IsFolderOfSessions(folder)
                    ? ShowAll(context.Terminal, RecordingVerifier.VerifyAll(folder, anchors, options), parsed.GetValue(json))
                    : Show(context.Terminal, RecordingVerifier.Verify(folder, anchors, options), parsed.GetValue(json)));
        });
        return command;
    }

    private static int Show(Terminal terminal, Verdict verdict, bool json)
    {
        terminal.Output.WriteLine(json ? JsonSerializer.Serialize(verdict, OutputJson.Default.Verdict) : Table.Printable(verdict.ToString()));
        return verdict.Status == VerdictStatus.Ok ? ExitCode.Done : ExitCode.Found;
    }

    /// <summary>A line a session, then the worst of it.</summary>
    private static int ShowAll(Terminal terminal, IReadOnlyList<NamedVerdict> verdicts, bool json)
    {
        int tampered = verdicts.Count(v => v.Verdict.Status == VerdictStatus.Tampered), incomplete = verdicts.Count(v => v.Verdict.Status == VerdictStatus.Incomplete);
        foreach (NamedVerdict verdict in verdicts)
            terminal.Output.WriteLine(json ? JsonSerializer.Serialize(verdict, OutputJson.Default.NamedVerdict) : Table.Printable($"{verdict.Name}: {verdict.Verdict}"));
        if (!json)
            terminal.Output.WriteLine($"{(tampered > 0 ? "TAMPERED" : incomplete > 0 ? "INCOMPLETE" : "OK")} {verdicts.Count} recordings, {tampered} tampered with, {incomplete} incomplete");
        return tampered + incomplete > 0 ? ExitCode.Found : ExitCode.Done;
    }

    /// <exception cref="UsageException">There is no verdict: a path is wrong, or a file is not what it should be.</exception>
    private static int Judge(string ca, string? headsFile, string? ledger, Func<X509Certificate2Collection, VerifyOptions, int> judge)
    {
        try
        {
            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPemFile(ca);
            IReadOnlyList<WitnessedHead> heads = headsFile is null ? [] : WitnessedHead.ReadFile(headsFile);
            return judge(anchors, new VerifyOptions { Heads = heads, Ledgers = ledger is null ? null : HostLedgers.Read(ledger, heads) });
        }
        catch (RecordingException error)
        {
            throw new UsageException(error.Message, "see `debugrelay recording verify --help`", error);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new UsageException($"the CA file {ca} cannot be used: {error.Message}", "give a PEM file with --ca", error);
        }
    }
}
