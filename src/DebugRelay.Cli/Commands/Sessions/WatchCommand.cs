using System.CommandLine;
using System.Globalization;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Cli.Commands.Sessions;

/// <summary>`sessions watch SESSION`: sees what another's operations deliver, as it is delivered, and so is the observer that a role may ask for.</summary>
internal static class WatchCommand
{
    private const string Operation = "session.watch";
    private const int ShownCharacters = 200;

    public static Command Create(CommandContext context)
    {
        var id = new Argument<string>("SESSION") { Description = "Its id, as `sessions list` or its engineer gives it" };
        var output = new Option<string>("-o", "--output") { HelpName = "FILE", Description = "Keep the next operation's bytes instead of showing events, and leave when it is over" };
        Option<bool> force = CommonOptions.Force();
        var command = new Command("watch", "Watch another's session live: the same scrubbed data, while you stay") { id };
        var connection = new ConnectionOptions();
        connection.AddTo(command);
        command.Options.Add(output);
        command.Options.Add(force);
        command.SetAction((parsed, interrupted) =>
        {
            string? path = parsed.GetValue(output);
            if (path is not null)
                ResultFile.Check(path, parsed.GetValue(force));
            SessionWork work = (session, _, stop) => path is null
                ? ShowAllAsync(context.Terminal, session, parsed.GetRequiredValue(id), stop)
                : KeepAsync(context.Terminal, session, parsed.GetRequiredValue(id), path, parsed.GetValue(force), stop);
            return context.WithSessionAsync(parsed, connection, work, interrupted);
        });
        return command;
    }

    /// <summary>One operation after another, until the session is over or Ctrl-C.</summary>
    private static async Task<int> ShowAllAsync(Terminal terminal, Session session, string id, CancellationToken stop)
    {
        for (bool first = true; !stop.IsCancellationRequested; first = false)
        {
            Operation operation;
            try
            {
                operation = await StartAsync(terminal, session, id, stop);
            }
            catch (RefusedException refused) when (!first && refused.Refusal.Code == ErrorCode.NoSession)
            {
                terminal.Error.WriteLine("note: the session is over");
                return ExitCode.Done;
            }
            await using (operation)
                await LiveEvents.ReadAsync(operation, source => Subscribe(source, terminal), null, stop);
        }
        return ExitCode.Interrupted;
    }

    /// <summary>The runtime's own events have no schema in the stream: their parser knows them.</summary>
    private static void Subscribe(EventPipeEventSource source, Terminal terminal)
    {
        source.Dynamic.All += each => Write(terminal, each);
        source.Clr.All += each => Write(terminal, each);
    }

    private static async Task<int> KeepAsync(Terminal terminal, Session session, string id, string path, bool force, CancellationToken stop)
    {
        await using Operation operation = await StartAsync(terminal, session, id, stop);
        await using ResultFile file = ResultFile.Create(path, force);
        OperationEnd end = await operation.ReceiveAsync((bytes, cancellation) => file.AppendAsync(bytes, cancellation), null, stop);
        if (end.Partial)
            throw Connection.Operation.Cut(end);
        await file.FinishAsync();
        terminal.Output.WriteLine($"{path}   {Amounts.Bytes(file.Length)}");
        return ExitCode.Done;
    }

    private static async Task<Operation> StartAsync(Terminal terminal, Session session, string id, CancellationToken stop)
    {
        terminal.Error.WriteLine($"note: watching session {Table.Printable(id)}; Ctrl-C leaves it");
        Operation operation = await session.StartAsync(new OperationOrder(Operation) { Watch = id }, stop);
        terminal.Error.WriteLine($"note: {Table.Printable(operation.Rule)}");
        return operation;
    }

    private static void Write(Terminal terminal, TraceEvent each)
    {
        string fields = string.Join(' ', each.PayloadNames.Select((name, i) => $"{name}={Convert.ToString(each.PayloadValue(i), CultureInfo.InvariantCulture)}"));
        string line = Table.Printable($"{each.TimeStamp:HH:mm:ss.fff} {each.ProviderName}/{each.EventName} {fields}");
        terminal.Output.WriteLine(line.Length > ShownCharacters ? string.Concat(line.AsSpan(0, ShownCharacters - 1), "…") : line);
    }
}
