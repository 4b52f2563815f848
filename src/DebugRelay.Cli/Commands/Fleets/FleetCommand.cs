using System.CommandLine;
using System.Globalization;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Fleet;

namespace DebugRelay.Cli.Commands.Fleets;

/// <summary>`fleet init|policy|send|status|verify`: what is done to all hosts at once.</summary>
internal static class FleetCommand
{
    public static Command Create(CommandContext context)
    {
        var command = new Command("fleet", "Reach all hosts of a fleet at once: deny lists, policies, who has them; verify their ledgers");
        command.Subcommands.Add(Init(context));
        command.Subcommands.Add(SendCommand.Policy(context));
        command.Subcommands.Add(SendCommand.Send(context));
        command.Subcommands.Add(SendCommand.Status(context));
        command.Subcommands.Add(VerifyCommand.Create(context));
        return command;
    }

    private static Command Init(CommandContext context)
    {
        Option<int> replicas = new("--replicas") { HelpName = "N", Description = "How many nodes keep each message: 1, or 3 in a cluster", DefaultValueFactory = _ => 3 };
        var command = new Command("init", "Make the fleet's streams on the bus, or mend them; needs a user with the role admin") { replicas };
        var reach = new Reach(context, command);
        command.SetAction(async (parsed, interrupted) =>
        {
            int count = parsed.GetValue(replicas);
            if (count is not (1 or 3 or 5))
                throw new UsageException($"{count} is no number of replicas", "give 1, 3 or 5");
            await using FleetBus bus = await reach.ConnectAsync(parsed, interrupted);
            await FleetFailures.AsOurs(() => bus.MakeStreamsAsync(count, interrupted));
            context.Terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"made {bus.Names.PresenceStream}, {bus.Names.DocumentStream}, {bus.Names.AuditStream} and {bus.Names.LedgerStream}, each on {count} node{(count == 1 ? "" : "s")}"));
            return ExitCode.Done;
        });
        return command;
    }

    /// <summary>The options by which a command reaches the bus.</summary>
    internal sealed class Reach
    {
        private readonly CommandContext _context;
        private readonly ConnectionOptions _connection = new();
        private readonly BusOptions _bus = new();

        public Reach(CommandContext context, Command command)
        {
            _context = context;
            _connection.AddSignerTo(command);
            _bus.AddTo(command);
        }

        public Task<FleetBus> ConnectAsync(ParseResult parsed, CancellationToken cancellation) => _bus.ConnectAsync(parsed, _connection, _context.Surroundings, cancellation);

        public Task<IReadOnlyList<FleetBus>> ConnectToEachAsync(ParseResult parsed, CancellationToken cancellation) => _bus.ConnectToEachAsync(parsed, _connection, _context.Surroundings, cancellation);
    }
}
