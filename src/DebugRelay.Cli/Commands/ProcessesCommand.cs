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
        var table = new Table([">PID", "NAME", "USER", .. IsAnyContained(processes) ? ["CONTAINER"] : Array.Empty<string>(), ">UP", "YOU MAY", .. WithGrant(processes) ? ["WITH A GRANT"] : Array.Empty<string>()]);
        foreach (ListedProcess listed in processes)
        {
            TargetProcess process = listed.Process;
            string[] row =
            [
                process.Pid.ToString(CultureInfo.InvariantCulture), process.Name, process.User,
                .. IsAnyContained(processes) ? [process.Container ?? ""] : Array.Empty<string>(),
                Durations.Show(Processes.Age(process)), string.Join(' ', listed.Operations),
                .. WithGrant(processes) ? [MoreOf(listed)] : Array.Empty<string>(),
            ];
            table.Add(row);
        }
        foreach (string line in table.Lines())
            terminal.Output.WriteLine(indent + line);
    }

    private static bool IsAnyContained(ListedProcess[] processes) => processes.Any(listed => listed.Process.Container is not null);

    private static bool WithGrant(ListedProcess[] processes) => processes.Any(listed => MoreOf(listed).Length > 0);

    /// <summary>What an emergency would open is marked.</summary>
    private static string MoreOf(ListedProcess listed)
    {
        string[] emergency = listed.BreakGlass ?? [];
        return string.Join(' ', (listed.WithGrant ?? []).Union(emergency).Select(operation => emergency.Contains(operation) ? $"{operation}(!)" : operation));
    }
}
