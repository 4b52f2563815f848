using System.Buffers;
using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands.Sessions;

/// <summary>`sessions list|kill`: who looks into what on a host, and an end to it.</summary>
internal static class SessionsCommand
{
    // Some 500 bytes a session, and more for what it runs: room for a host with thousands.
    private const int MaxListBytes = 8 * 1024 * 1024;

    public static Command Create(CommandContext context)
    {
        var command = new Command("sessions", "See who looks into what on a host, and end it");
        command.Subcommands.Add(List(context));
        command.Subcommands.Add(WatchCommand.Create(context));
        command.Subcommands.Add(Kill(context));
        return command;
    }

    private static Command List(CommandContext context)
    {
        var command = new Command("list", "List the sessions that run on a host");
        var connection = new ConnectionOptions();
        Option<bool> json = CommonOptions.Json();
        connection.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, interrupted) => context.WithSessionAsync(parsed, connection, ShowAsync, interrupted));
        return command;

        async Task<int> ShowAsync(Session session, ParseResult parsed, CancellationToken interrupted)
        {
            SessionList list = await ListAsync(session, interrupted);
            if (parsed.GetValue(json))
                context.Terminal.Output.WriteLine(JsonSerializer.Serialize(list, OutputJson.Default.SessionList));
            else
                WriteTo(context.Terminal, list, session.Opened.Session);
            return ExitCode.Done;
        }
    }

    private static Command Kill(CommandContext context)
    {
        var id = new Argument<string[]>("SESSION") { Description = "Its id, or the beginning of it", Arity = ArgumentArity.OneOrMore };
        var command = new Command("kill", "End sessions of others: they stop within two seconds, and their recordings say who ended them") { id };
        var connection = new ConnectionOptions();
        Option<bool> json = CommonOptions.Json();
        connection.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, interrupted) => context.WithSessionAsync(parsed, connection, EndAsync, interrupted));
        return command;

        async Task<int> EndAsync(Session session, ParseResult parsed, CancellationToken interrupted)
        {
            foreach (string given in parsed.GetRequiredValue(id))
            {
                KilledSession killed = await KillAsync(session, await FindAsync(session, given, interrupted), interrupted);
                context.Terminal.Output.WriteLine(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(killed, OutputJson.Default.KilledSession)
                    : $"ended {Table.Printable(killed.Session)} of {Table.Printable(killed.Identity)}");
            }
            return ExitCode.Done;
        }
    }

    internal static async Task<SessionList> ListAsync(Session session, CancellationToken cancellation)
    {
        await using Operation operation = await session.StartAsync(new OperationOrder("session.list"), cancellation);
        byte[] json = await operation.ReceiveAllAsync(MaxListBytes, cancellation);
        return ProtocolJson.Read(new ReadOnlySequence<byte>(json), ProtocolJson.Default.SessionList);
    }

    internal static async Task<KilledSession> KillAsync(Session session, string id, CancellationToken cancellation)
    {
        await using Operation operation = await session.StartAsync(new OperationOrder("session.kill") { Kill = id }, cancellation);
        byte[] json = await operation.ReceiveAllAsync(MaxListBytes, cancellation);
        return ProtocolJson.Read(new ReadOnlySequence<byte>(json), ProtocolJson.Default.KilledSession);
    }

    /// <summary>A whole id needs no list, which not everybody who may end sessions may see.</summary>
    /// <exception cref="UsageException">Several sessions begin so, or none does.</exception>
    private static async Task<string> FindAsync(Session session, string given, CancellationToken cancellation)
    {
        const int Whole = 32;
        if (given.Length == Whole)
            return given;
        string[] fitting = [.. (await ListAsync(session, cancellation)).Sessions.Select(each => each.Session).Where(each => each.StartsWith(given, StringComparison.Ordinal))];
        return fitting switch
        {
            [var one] => one,
            [] => throw new UsageException($"no session begins with {given}", "see them with `debugrelay sessions list`"),
            _ => throw new UsageException($"{fitting.Length} sessions begin with {given}", "give more of the id"),
        };
    }

    private static void WriteTo(Terminal terminal, SessionList list, string own)
    {
        foreach (string problem in list.Problems)
            terminal.Error.WriteLine($"note: the host refused a file and keeps what it read before: {Table.Printable(problem)}");
        var table = new Table("SESSION", "IDENTITY", "OPENED", "UNTIL", "RUNS", "REASON");
        foreach (ListedSession session in list.Sessions)
        {
            string runs = string.Join(", ", session.Operations.Select(each => $"{each.Operation} {each.Process} ({each.Pid})"));
            string reason = string.Join(" · ", new[] { session.Incident, session.Reason }.Where(each => each is not null));
            table.Add(
                session.Session[..Math.Min(12, session.Session.Length)] + (session.Session == own ? " (this)" : ""), session.Identity,
                Time(session.Opened), Time(session.NotAfter), runs.Length == 0 ? "-" : runs, reason);
        }
        foreach (string line in table.Lines())
            terminal.Output.WriteLine(line);
    }

    private static string Time(DateTimeOffset time) => time.UtcDateTime.ToString("HH:mm:ss", CultureInfo.InvariantCulture);
}
