using System.Globalization;
using System.Text.Json;
using DebugRelay.Cli.Failures;
using DebugRelay.Cli.Text;
using DebugRelay.Fleet;

namespace DebugRelay.Cli.Commands.Fleets;

/// <summary>`hosts` with a bus: what the hosts of a fleet say of themselves, and which no longer do.</summary>
internal static class FleetList
{
    public static async Task<int> RunAsync(
        CommandContext context, Func<Task<FleetBus>> connect, IReadOnlyList<string> labels, bool silent, bool json, CancellationToken cancellation)
    {
        await using FleetBus bus = await connect();
        IReadOnlyList<SeenHost> seen = await ReadAsync(bus, cancellation);
        DateTimeOffset now = DateTimeOffset.UtcNow;
        FleetHost[] hosts = [.. seen.Where(host => labels.All(host.Has)).Select(host => FleetHost.Of(host, now)).Where(host => !silent || host.Silent)];
        foreach (string line in json ? hosts.Select(host => JsonSerializer.Serialize(host, OutputJson.Default.FleetHost)) : Rows(hosts))
            context.Terminal.Output.WriteLine(line);
        if (!json)
            context.Terminal.Output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{hosts.Length} of {seen.Count} hosts, {hosts.Count(host => host.Silent)} silent"));
        return ExitCode.Done;
    }

    /// <exception cref="ConnectionException">The bus does not answer, or does not let us.</exception>
    public static async Task<IReadOnlyList<SeenHost>> ReadAsync(FleetBus bus, CancellationToken cancellation)
    {
        try
        {
            return await PresenceReader.ReadAsync(bus, cancellation);
        }
        catch (FleetException error)
        {
            throw new ConnectionException(error.Message, "a bus says nothing to who may not ask: see that your certificate's user is an engineer there, and that `debugrelay fleet init` was run", error);
        }
    }

    private static IEnumerable<string> Rows(FleetHost[] hosts)
    {
        var table = new Table("HOST", "ADDRESS", "AGENT", ">SEEN", ">.NET", ">DENY", "LABELS", "STATE");
        foreach (FleetHost host in hosts)
        {
            table.Add(
                host.Host, host.Address ?? "-", host.Agent ?? "-", Durations.Show(TimeSpan.FromSeconds(host.SeenSecondsAgo)), host.Processes?.ToString(CultureInfo.InvariantCulture) ?? "-",
                host.Deny is { } deny ? string.Create(CultureInfo.InvariantCulture, $"{deny.Version}{(deny.State == DocumentStates.InForce ? "" : $" {deny.State}")}") : "-",
                string.Join(' ', host.Labels.Select(label => $"{label.Key}={label.Value}")), host.State);
        }
        return table.Lines();
    }
}

/// <summary>A host of a fleet.</summary>
/// <param name="Host">Its name, to which its certificate is bound.</param>
/// <param name="Address">Where its agent listens; null where it says nothing that can be read.</param>
/// <param name="Agent">Its version.</param>
/// <param name="SeenSecondsAgo">Since its last heartbeat.</param>
/// <param name="Silent">Whether that is too long.</param>
/// <param name="State">In one word or clause.</param>
/// <param name="Processes">How many .NET processes it has.</param>
/// <param name="ProcessNames">Their names.</param>
/// <param name="Labels">Its labels.</param>
/// <param name="Deny">Its deny list; null where the fleet has sent none.</param>
/// <param name="Policy">Its policy; null likewise.</param>
internal sealed record FleetHost(
    string Host, string? Address, string? Agent, int SeenSecondsAgo, bool Silent, string State, int? Processes, IReadOnlyList<string> ProcessNames, IReadOnlyDictionary<string, string> Labels,
    DocumentState? Deny, DocumentState? Policy)
{
    public static FleetHost Of(SeenHost host, DateTimeOffset now)
    {
        bool silent = host.IsSilent(now);
        HostRecord? record = host.Record;
        string state = record is null ? "what it says cannot be read" : silent ? "silent" : record.Health.Ready ? "ready" : $"not ready: {record.Health.Problem}";
        return new FleetHost(
            host.Host, record?.Address, record?.Version, (int)Math.Max(0, (now - host.Seen).TotalSeconds), silent, state, record?.Processes.Count, record?.Processes.Names ?? [],
            record?.Labels ?? new Dictionary<string, string>(), record?.Documents.GetValueOrDefault(DocumentKinds.Deny), record?.Documents.GetValueOrDefault(DocumentKinds.Policy));
    }
}
