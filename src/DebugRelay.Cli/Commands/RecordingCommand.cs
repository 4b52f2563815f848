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
        command.Subcommands.Add(ReviewCommand.Create(context));
        return command;
    }

    private static Command Verify(CommandContext context)
    {
        var path = new Argument<string>("PATH") { Description = "The folder of one session" };
        var ca = new CaOption();
        var heads = new Option<string>("--heads") { HelpName = "FILE", Description = "Heads that were kept while the session ran (--heads of other commands)" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("verify", "Say whether a recording is whole and unchanged: OK (0), INCOMPLETE (4) or TAMPERED (4)") { path, ca.Option, heads, json };
        command.SetAction(parsed =>
        {
            Verdict verdict = Judge(parsed.GetRequiredValue(path), ca.Resolve(parsed, context.Surroundings), parsed.GetValue(heads));
            context.Terminal.Output.WriteLine(
                parsed.GetValue(json) ? JsonSerializer.Serialize(verdict, OutputJson.Default.Verdict) : Table.Printable(verdict.ToString()));
            return verdict.Status == VerdictStatus.Ok ? ExitCode.Done : ExitCode.Found;
        });
        return command;
    }

    /// <exception cref="UsageException">There is no verdict: a path is wrong, or a file is not what it should be.</exception>
    private static Verdict Judge(string path, string ca, string? heads)
    {
        try
        {
            var anchors = new X509Certificate2Collection();
            anchors.ImportFromPemFile(ca);
            return RecordingVerifier.Verify(path, anchors, new VerifyOptions { Heads = heads is null ? [] : WitnessedHead.ReadFile(heads) });
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
