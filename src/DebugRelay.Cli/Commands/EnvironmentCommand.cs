using System.CommandLine;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Commands;

/// <summary>`env TARGET`: the environment that a process was started with, masked but for what is known to be harmless.</summary>
internal static class EnvironmentCommand
{
    public static Command Create(CommandContext context)
    {
        Argument<string> target = CommonOptions.Target();
        Option<bool> json = new("--json") { Description = "Write one JSON object a variable" };
        var command = new Command("env", "Show a process's environment; values are masked unless known to be harmless") { target };
        var connection = new ConnectionOptions();
        command.Options.Add(json);
        connection.AddTo(command);
        command.SetAction((parsed, interrupted) => context.WithSessionAsync(parsed, connection, ShowAsync, interrupted));
        return command;

        async Task<int> ShowAsync(Session session, ParseResult parsed, CancellationToken interrupted)
        {
            TargetProcess process = await Processes.FindAsync(session, parsed.GetRequiredValue(target), interrupted);
            foreach (EnvironmentVariable variable in await ProcessFacts.EnvironmentAsync(session, process, interrupted))
            {
                context.Terminal.Output.WriteLine(parsed.GetValue(json)
                    ? JsonSerializer.Serialize(variable, OutputJson.Default.EnvironmentVariable)
                    : Table.Printable($"{variable.Name}={variable.Value}"));
            }
            return ExitCode.Done;
        }
    }
}
