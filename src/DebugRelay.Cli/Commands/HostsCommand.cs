using System.CommandLine;
using System.Diagnostics;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.Commands;

/// <summary>`hosts`: the hosts of the configuration, and which of their agents are there and take our certificate. No session is opened.</summary>
internal static class HostsCommand
{
    public static Command Create(CommandContext context)
    {
        Option<bool> json = new("--json") { Description = "Write one JSON object a host" };
        Option<string[]> label = new("--label") { HelpName = "NAME[=VALUE]", Description = "Of a fleet, the hosts that bear the label; repeat for those that bear all" };
        Option<bool> silent = new("--silent") { Description = "Of a fleet, the hosts that went silent" };
        var command = new Command("hosts", "List the hosts of your configuration, and whether their agents answer; with a bus, the hosts of the fleet");
        var connection = new ConnectionOptions();
        var bus = new BusOptions();
        command.Options.Add(json);
        command.Options.Add(label);
        command.Options.Add(silent);
        connection.AddTo(command);
        bus.AddTo(command);
        command.SetAction(async (parsed, interrupted) =>
        {
            if (!connection.NamesHost(parsed) && bus.IsGiven(parsed, context.Surroundings))
                return await Fleets.FleetList.RunAsync(context, () => bus.ConnectAsync(parsed, connection, context.Surroundings, interrupted), parsed.GetValue(label) ?? [], parsed.GetValue(silent), parsed.GetValue(json), interrupted);
            if (parsed.GetValue(silent) || parsed.GetValue(label) is { Length: > 0 })
                throw new UsageException("labels and silence are a fleet's, and no bus is given", "give --bus HOST:PORT");
            IReadOnlyList<(string Name, ConnectionSettings Settings)> hosts = connection.ResolveAll(parsed, context.Surroundings);
            HostState[] states = await Task.WhenAll(hosts.Select(host => KnockAsync(host.Name, host.Settings, interrupted)));
            foreach (string line in parsed.GetValue(json) ? states.Select(state => JsonSerializer.Serialize(state, OutputJson.Default.HostState)) : Rows(states))
                context.Terminal.Output.WriteLine(line);
            return ExitCode.Done;
        });
        return command;
    }

    private static async Task<HostState> KnockAsync(string name, ConnectionSettings settings, CancellationToken cancellation)
    {
        string address = settings.Address.ToString();
        try
        {
            using ClientCredentials credentials = ClientCredentials.Load(settings);
            long start = Stopwatch.GetTimestamp();
            await using AgentConnection connection = await new AgentConnector(settings.Address, credentials).ConnectAsync(cancellation);
            int milliseconds = (int)Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            return new HostState(name, address, connection.Hello.Version, milliseconds, (int)(connection.Hello.Time - DateTimeOffset.UtcNow).TotalSeconds, null);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            return new HostState(name, address, null, null, null, Failure.Of(error).What);
        }
    }

    private static IEnumerable<string> Rows(HostState[] states)
    {
        var table = new Table("HOST", "ADDRESS", "AGENT", ">MS", "STATE");
        foreach (HostState state in states)
        {
            string skew = state.ClockAheadSeconds is { } seconds && Math.Abs(seconds) >= 30 ? $", its clock is {Math.Abs(seconds)} s {(seconds > 0 ? "ahead" : "behind")}" : "";
            table.Add(state.Name, state.Address, state.Agent ?? "-", state.Milliseconds?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "-", state.Problem ?? $"answers{skew}");
        }
        return table.Lines();
    }
}

/// <summary>A host of the configuration.</summary>
/// <param name="Name">What the user calls it.</param>
/// <param name="Address">`HOST:PORT`.</param>
/// <param name="Agent">The agent's version; null where none answers.</param>
/// <param name="Milliseconds">Until it did.</param>
/// <param name="ClockAheadSeconds">The host's clock less ours.</param>
/// <param name="Problem">Why not; null where it answers.</param>
internal sealed record HostState(string Name, string Address, string? Agent, int? Milliseconds, int? ClockAheadSeconds, string? Problem);
