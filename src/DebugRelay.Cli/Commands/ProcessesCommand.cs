using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>`ps`: the .NET processes that the caller may see, and what he may do with each.</summary>
internal static class ProcessesCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("ps", "List the .NET processes that you may see, and what you may do with them");
        var connection = new ConnectionOptions();
        Option<bool> json = CommonOptions.Json();
        connection.AddTo(command);
        command.Options.Add(json);
        command.SetAction((parsed, interrupted) => context.WithSessionAsync(parsed, connection, ListAsync, interrupted));
        return command;

        async Task<int> ListAsync(Session session, ParseResult parsed, CancellationToken interrupted)
        {
            ListedProcess[] processes = await Processes.ListAsync(session, interrupted);
            if (parsed.GetValue(json))
                context.Terminal.Output.WriteLine(JsonSerializer.Serialize(processes, OutputJson.Default.ListedProcessArray));
            else
                WriteTo(context.Terminal, processes, session.Hello.Host);
            return ExitCode.Done;
        }
    }

    public static void WriteTo(Terminal terminal, ListedProcess[] processes, string host, string indent = "")
    {
        if (processes.Length == 0)
        {
            terminal.Output.WriteLine($"no .NET process on {Table.Printable(host)} that you may see");
            return;
        }
        var table = new Table(">PID", "NAME", "USER", ">UP", "YOU MAY");
        foreach ((TargetProcess process, string[] operations) in processes)
        {
            table.Add(
                process.Pid.ToString(CultureInfo.InvariantCulture), process.Name, process.User,
                Durations.Show(Processes.Age(process)), string.Join(' ', operations));
        }
        foreach (string line in table.Lines())
            terminal.Output.WriteLine(indent + line);
    }
}
