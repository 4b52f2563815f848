using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>`logs TARGET`: what a process logs, at a level that its own configuration need not have.</summary>
internal static class LogsCommand
{
    private static readonly string[] Short = ["trce", "dbug", "info", "warn", "fail", "crit"];

    public static Command Create(CommandContext context)
    {
        Argument<string> target = CommonOptions.Target();
        Option<string> level = new("--level") { HelpName = "LEVEL", Description = "trace, debug, information, warning, error or critical: these and graver ones", DefaultValueFactory = _ => "information" };
        Option<string[]> category = new("--category") { HelpName = "NAME", Description = "Only loggers whose names begin so; may be repeated" };
        Option<string> duration = CommonOptions.Duration("How long; until Ctrl-C if left out");
        Option<bool> json = new("--json") { Description = "Write one JSON object an entry" };
        var command = new Command("logs", "Follow what a process logs through ILogger") { target };
        var connection = new ConnectionOptions();
        foreach (Option option in (Option[])[level, category, duration, json])
            command.Options.Add(option);
        connection.AddTo(command);
        command.SetAction((parsed, interrupted) =>
        {
            var filter = new LogFilter(ParseLevel(parsed.GetValue(level)!), [.. (parsed.GetValue(category) ?? []).Select(CheckCategory)]);
            TimeSpan? length = parsed.GetValue(duration) is { } given ? Durations.Parse(given) : null;
            return context.WithSessionAsync(parsed, connection, (session, _, stop) => FollowAsync(session, parsed, filter, length, stop), interrupted);
        });
        return command;

        async Task<int> FollowAsync(Session session, ParseResult parsed, LogFilter filter, TimeSpan? length, CancellationToken stop)
        {
            TargetProcess process = await Processes.FindAsync(session, parsed.GetRequiredValue(target), stop);
            Action<LogEntry> show = parsed.GetValue(json)
                ? entry => context.Terminal.Output.WriteLine(JsonSerializer.Serialize(entry, OutputJson.Default.LogEntry))
                : entry => WriteTo(context.Terminal, entry);
            OperationEnd end = await LogFeed.FollowAsync(session, process, filter, show, length, stop, TellLost);
            if (end.Partial)
                throw Operation.Cut(end);
            return stop.IsCancellationRequested ? ExitCode.Interrupted : ExitCode.Done;
        }

        void TellLost(long lost)
        {
            if (lost > 0)
                context.Terminal.Error.WriteLine($"note: {Amounts.Count(lost)} entries were lost; follow fewer categories, or graver levels");
        }
    }

    /// <exception cref="UsageException">It is none.</exception>
    internal static LogSeverity ParseLevel(string text) => text.ToLowerInvariant() switch
    {
        "trace" or "trce" or "verbose" => LogSeverity.Trace,
        "debug" or "dbug" => LogSeverity.Debug,
        "information" or "info" => LogSeverity.Information,
        "warning" or "warn" => LogSeverity.Warning,
        "error" or "fail" => LogSeverity.Error,
        "critical" or "crit" => LogSeverity.Critical,
        _ => throw new UsageException($"'{text}' is no level of a log", "write trace, debug, information, warning, error or critical"),
    };

    private static string CheckCategory(string name) => name.Length > 0 && !name.AsSpan().ContainsAny(';', ':', '"')
        ? name
        : throw new UsageException($"'{name}' is no category", "write the beginning of a logger's name, for instance Microsoft.EntityFrameworkCore");

    private static void WriteTo(Terminal terminal, LogEntry entry)
    {
        string level = Short[(int)entry.Level];
        string[] lines = entry.Message.ReplaceLineEndings("\n").Split('\n');
        terminal.Output.WriteLine(
            $"{terminal.Dim(entry.Time.ToString("HH:mm:ss.fff", CultureInfo.InvariantCulture))} {(entry.Level >= LogSeverity.Error ? terminal.Bad(level) : level)} "
            + $"{terminal.Bold(Table.Printable(entry.Category))}  {Masks.Shown(terminal, lines[0])}");
        foreach (string line in lines.Skip(1).Concat(entry.Exception?.ReplaceLineEndings("\n").Split('\n') ?? []))
            terminal.Output.WriteLine($"      {Masks.Shown(terminal, line)}");
    }
}
