using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>`exceptions TARGET`: what a process throws, and at the end how often and where.</summary>
internal static class ExceptionsCommand
{
    private const int KindsShown = 20;

    public static Command Create(CommandContext context)
    {
        Argument<string> target = CommonOptions.Target();
        Option<string> duration = CommonOptions.Duration("How long; until Ctrl-C if left out");
        Option<bool> json = new("--json") { Description = "Write one JSON object an exception" };
        Option<bool> summary = new("--summary") { Description = "Write only the counts at the end" };
        var command = new Command("exceptions", "Follow what a process throws; counts by type and method at the end") { target };
        var connection = new ConnectionOptions();
        foreach (Option option in (Option[])[duration, summary, json])
            command.Options.Add(option);
        connection.AddTo(command);
        command.SetAction((parsed, interrupted) =>
        {
            TimeSpan? length = parsed.GetValue(duration) is { } given ? Durations.Parse(given) : null;
            return context.WithSessionAsync(parsed, connection, (session, _, stop) => FollowAsync(session, parsed, length, stop), interrupted);
        });
        return command;

        async Task<int> FollowAsync(Session session, ParseResult parsed, TimeSpan? length, CancellationToken stop)
        {
            Terminal terminal = context.Terminal;
            (bool asJson, bool countsOnly) = (parsed.GetValue(json), parsed.GetValue(summary));
            TargetProcess process = await Processes.FindAsync(session, parsed.GetRequiredValue(target), stop);
            var counts = new ExceptionCounts();
            OperationEnd end = await ExceptionFeed.FollowAsync(session, process, Show, trouble => terminal.Error.WriteLine($"note: {Table.Printable(trouble)}"), length, stop);
            if (!asJson)
                WriteCounts(terminal, counts);
            if (end.Partial)
                throw Operation.Cut(end);
            return stop.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;

            void Show(ThrownException thrown)
            {
                counts.Add(thrown);
                if (asJson)
                    terminal.Output.WriteLine(JsonSerializer.Serialize(thrown, OutputJson.Default.ThrownException));
                else if (!countsOnly)
                    terminal.Output.WriteLine(Line(terminal, thrown));
            }
        }
    }

    private static string Line(Terminal terminal, ThrownException thrown)
    {
        string time = thrown.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture);
        string where = thrown.TopFrame.Length > 0 ? $"  {terminal.Dim($"at {Table.Printable(thrown.TopFrame)}")}" : "";
        return $"{terminal.Dim(time)}  {terminal.Bold(Table.Printable(thrown.Type))}  {Masks.Shown(terminal, thrown.Message)}{where}";
    }

    private static void WriteCounts(Terminal terminal, ExceptionCounts counts)
    {
        IReadOnlyList<ExceptionCount> kinds = counts.ByKind();
        if (kinds.Count == 0)
        {
            terminal.Output.WriteLine("nothing was thrown");
            return;
        }
        terminal.Output.WriteLine();
        var table = new Table(">COUNT", "TYPE", "THROWN BY");
        foreach (ExceptionCount kind in kinds.Take(KindsShown))
            table.Add(Amounts.Count(kind.Count), kind.Type, kind.TopFrame);
        foreach (string line in table.Lines())
            terminal.Output.WriteLine(line);
        if (kinds.Count > KindsShown)
            terminal.Output.WriteLine($"and {Amounts.Count(kinds.Count - KindsShown)} kinds more; {Amounts.Count(counts.Total)} exceptions in all");
    }
}
