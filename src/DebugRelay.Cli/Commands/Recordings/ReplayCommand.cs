using System.CommandLine;
using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Commands.Access;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Recordings;

/// <summary>`recording replay PATH`: what happened, at its pace: the entries, and the events that the engineer saw.</summary>
internal sealed class ReplayCommand(Terminal terminal, string path, double? speed, TimeProvider time, X509Certificate2? reviewer = null)
{
    private DateTime? _last;

    public static Command Create(CommandContext context)
    {
        Argument<string> path = SessionFolder.Argument();
        var speed = new Option<double>("--speed") { HelpName = "N", Description = "N times as fast as it was", DefaultValueFactory = _ => 1 };
        var fast = new Option<bool>("--fast") { Description = "Without waiting" };
        var reviewer = new ApproverOptions();
        var command = new Command("replay", "Show what happened in a session, at its pace; what is encrypted, with a reviewer's --cert and --key") { path, speed, fast };
        reviewer.AddTo(command);
        command.SetAction(async (parsed, interrupted) =>
        {
            double factor = parsed.GetValue(speed);
            if (factor is not (> 0 and <= 1_000_000))
                throw new UsageException($"{factor} is no speed", "give a number above 0, such as --speed 10");
            string folder = parsed.GetRequiredValue(path);
            SessionFolder.Read(folder);
            using SigningCertificate? key = EncryptedStream.List(folder).Count > 0 ? reviewer.LoadOrNull(parsed, context.Surroundings) : null;
            var replay = new ReplayCommand(context.Terminal, folder, parsed.GetValue(fast) ? null : factor, TimeProvider.System, key?.Certificate);
            await replay.RunAsync(interrupted);
            return ExitCode.Done;
        });
        return command;
    }

    internal async Task RunAsync(CancellationToken interrupted)
    {
        await foreach (ReplayLine line in RecordingReplay.ReadAsync(path, reviewer, interrupted))
            await ShowAsync(line, interrupted);
    }

    private async Task ShowAsync(ReplayLine line, CancellationToken interrupted)
    {
        interrupted.ThrowIfCancellationRequested();
        if (speed is { } factor && _last is { } last && line.Time > last && line.Time < DateTime.MaxValue)
            await Task.Delay((line.Time - last) / factor, time, interrupted);
        if (line.Time < DateTime.MaxValue)
            _last = _last > line.Time ? _last : line.Time;
        terminal.Output.WriteLine(Table.Printable(line.Time < DateTime.MaxValue ? $"{line.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture)} {line.Text}" : $"             {line.Text}"));
    }
}
