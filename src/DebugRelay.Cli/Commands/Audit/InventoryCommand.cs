using System.CommandLine;
using System.Globalization;
using System.Text;
using System.Text.Json;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Surfaces.Inventory;

namespace DebugRelay.Cli.Commands.Audit;

/// <summary>`inventory`: the debug surfaces of a host, through its agent or here.</summary>
internal static class InventoryCommand
{
    private const string Operation = "inventory";

    // Some 2 kB a process: room for a host with thousands.
    private const int MaxBytes = 16 * 1024 * 1024;

    public static Command Create(CommandContext context)
    {
        var command = new Command("inventory", "List a host's .NET processes with every way into them, who can use it, and what is wrong with that");
        var connection = new ConnectionOptions();
        Option<bool> json = CommonOptions.Json();
        var local = new Option<bool>("--local") { Description = "Look at this machine, without an agent; as root it sees all" };
        connection.AddTo(command);
        command.Options.Add(json);
        command.Options.Add(local);
        command.SetAction((parsed, interrupted) => parsed.GetValue(local)
            ? Task.FromResult(Show(Local(), parsed.GetValue(json), context.Terminal))
            : context.WithSessionAsync(parsed, connection, async (session, _, stop) => Show(await FetchAsync(session, stop), parsed.GetValue(json), context.Terminal), interrupted));
        return command;
    }

    private static InventoryReport Local()
    {
        if (!OperatingSystem.IsLinux())
            throw new UsageException("an inventory of this machine can be taken on Linux only", "ask a Linux host's agent: `debugrelay inventory --host HOST`");
        return HostInventory.Take(Environment.MachineName, DateTimeOffset.UtcNow, new HashSet<int> { Environment.ProcessId });
    }

    private static async Task<InventoryReport> FetchAsync(Session session, CancellationToken cancellation)
    {
        await using Operation operation = await session.StartAsync(new OperationOrder(Operation), cancellation);
        try
        {
            return InventoryReport.FromJson(await operation.ReceiveAllAsync(MaxBytes, cancellation));
        }
        catch (JsonException error)
        {
            throw new LocalException($"the inventory has another form than this client knows ({error.Message})", "compare `debugrelay --version` with the agent's", error);
        }
    }

    /// <returns>4 where something of severity high or above was found.</returns>
    private static int Show(InventoryReport report, bool asJson, Terminal terminal)
    {
        if (asJson)
            terminal.Output.WriteLine(Encoding.UTF8.GetString(report.ToJson()));
        else
            Write(report, terminal);
        return report.AllFindings.Any(f => f.Severity is "high" or "critical") ? ExitCode.Found : ExitCode.Done;
    }

    private static void Write(InventoryReport report, Terminal terminal)
    {
        terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{Table.Printable(report.Host)}: {report.Processes.Count} processes with ways in"));
        foreach (InventoryProcess process in report.Processes)
        {
            terminal.Output.WriteLine();
            string where = process.IsContained ? ", in a container" : "";
            string unread = process.IsUnreadable ? ", not all of it can be read from here" : "";
            terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{process.Pid}  {Table.Printable(process.Name)}  (uid {process.Uid}{where}{unread})"));
            var table = new Table("WAY IN", "WHAT", "WHO");
            foreach (InventoryWay way in process.Ways)
                table.Add(way.Kind, way.Detail, way.Who);
            foreach (string line in process.Ways.Count > 0 ? table.Lines() : [])
                terminal.Output.WriteLine("  " + line);
            Findings(process.Findings, terminal);
        }
        if (report.Findings.Count > 0)
        {
            terminal.Output.WriteLine();
            terminal.Output.WriteLine("the host as a whole");
            Findings(report.Findings, terminal);
        }
    }

    private static void Findings(IReadOnlyList<InventoryFinding> findings, Terminal terminal)
    {
        foreach (InventoryFinding finding in findings)
            terminal.Output.WriteLine($"  {finding.Severity}  {finding.Rule}  {Table.Printable(finding.Message)}");
    }
}
