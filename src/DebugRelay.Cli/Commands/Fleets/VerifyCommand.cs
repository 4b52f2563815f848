using System.CommandLine;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Fleet;

namespace DebugRelay.Cli.Commands.Fleets;

/// <summary>`fleet verify`: the ledgers of all hosts, as the bus has them: which forks, stalls or loses a session. Run by a timer, its exit code is the alarm.</summary>
internal static class VerifyCommand
{
    private static readonly TimeSpan Lag = TimeSpan.FromMinutes(1);

    public static Command Create(CommandContext context)
    {
        Option<string> state = new("--state") { HelpName = "FILE", Description = "Go on where the last run stood, and keep what was found until it is accepted" };
        Option<string[]> accept = new("--accept") { HelpName = "HOST", Description = "Forget what was found of the host: somebody has looked into it" };
        Option<string> lag = new("--lag") { HelpName = "TIME", Description = "How late a host may be; 1m if left out" };
        Option<bool> json = CommonOptions.Json();
        var command = new Command("verify", "Verify the ledgers of all hosts as the bus has them: forks, gaps, stalls, lost sessions") { state, accept, lag, json };
        var reach = new FleetCommand.Reach(context, command);
        command.SetAction(async (parsed, interrupted) =>
        {
            string? path = parsed.GetValue(state);
            Dictionary<string, WatchedHost> before = Load(path);
            string[] accepted = parsed.GetValue(accept) ?? [];
            if (accepted.Length > 0 && path is null)
                throw new UsageException("without a state nothing is remembered that could be accepted", "give --state FILE");
            foreach (string host in accepted)
            {
                if (!before.TryGetValue(host, out WatchedHost? watched))
                    throw new UsageException($"nothing is known of {host}", "give a host's name as `fleet verify` writes it");
                watched.Findings.Clear();
                watched.Missing.Clear();
                watched.Unrecovered.Clear();
            }
            await using FleetBus bus = await reach.ConnectAsync(parsed, interrupted);
            LedgerReading reading = await FleetFailures.AsOurs(() => LedgerMonitor.ReadAsync(
                bus, before, parsed.GetValue(lag) is { } given ? Durations.Parse(given) : Lag, DateTimeOffset.UtcNow, interrupted));
            // Told first: what could not be kept is told once more.
            Report(context.Terminal, reading, parsed.GetValue(json));
            if (path is not null)
                Save(path, reading.Hosts);
            return reading.Findings.Count > 0 ? ExitCode.Found : ExitCode.Done;
        });
        return command;
    }

    private static void Report(Terminal terminal, LedgerReading reading, bool json)
    {
        foreach (string note in reading.Notes)
            terminal.Error.WriteLine($"note: {Table.Printable(note)}");
        if (json)
        {
            foreach (FleetFinding finding in reading.Findings)
                terminal.Output.WriteLine(JsonSerializer.Serialize(finding, OutputJson.Default.FleetFinding));
            return;
        }
        if (reading.Findings.Count > 0)
        {
            var table = new Table("HOST", "LEDGER", "FOUND", "WHAT");
            foreach (FleetFinding finding in reading.Findings)
                table.Add(finding.Host, finding.Role ?? "-", finding.Kind, finding.What);
            foreach (string line in table.Lines())
                terminal.Output.WriteLine(line);
        }
        long entries = reading.Hosts.Values.Sum(host => host.Ledgers.Values.Sum(ledger => ledger.Size));
        int wrong = reading.Findings.Select(finding => finding.Host).Distinct(StringComparer.Ordinal).Count();
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{(wrong == 0 ? "OK" : $"{wrong} to be looked into")}: {reading.Hosts.Count} hosts, {entries} entries"));
    }

    private static Dictionary<string, WatchedHost> Load(string? path)
    {
        if (path is null || !File.Exists(path))
            return new Dictionary<string, WatchedHost>(StringComparer.Ordinal);
        try
        {
            return WatchMemory.Parse(File.ReadAllBytes(path));
        }
        catch (FleetException error)
        {
            throw new UsageException($"{path} cannot be used: {error.Message}", "give another --state, or remove it to read everything anew", error);
        }
    }

    /// <summary>Whole or not at all: a run that is cut reads the same once more.</summary>
    private static void Save(string path, Dictionary<string, WatchedHost> hosts)
    {
        string fresh = path + ".new";
        File.Delete(fresh);
        using (FileStream file = PrivateFile.Create(fresh))
            file.Write(WatchMemory.ToUtf8(hosts));
        File.Move(fresh, path, overwrite: true);
    }
}
