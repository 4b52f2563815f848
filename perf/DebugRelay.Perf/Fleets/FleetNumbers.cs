using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using DebugRelay.Fleet;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Perf.Fleets;

/// <summary>What a fleet takes: presence, a kill with and without a node that dies, events while one dies, and what an idle host costs the bus.</summary>
internal static class FleetNumbers
{
    private const int Senders = 50;
    private static readonly TimeSpan Telling = TimeSpan.FromSeconds(6), Patience = TimeSpan.FromMinutes(2);

    /// <returns>0 where each goal is met.</returns>
    public static async Task<int> RunAsync(int agents)
    {
        if (NatsBus.Program is null)
        {
            await Console.Error.WriteLineAsync(NatsBus.Missing);
            return 2;
        }
        await using SimulatedFleet fleet = await SimulatedFleet.StartAsync(agents, Senders);
        Say($"judging a list takes a host {fleet.TimeJudging().TotalMilliseconds:0.00} ms of one processor; this machine has {Environment.ProcessorCount}, others use it: {File.ReadAllText("/proc/loadavg").Trim()}");
        long start = Stopwatch.GetTimestamp();
        fleet.StartMembers();
        await Wait.ForAsync(async () => (await PresenceReader.ReadAsync(fleet.AsEngineer, CancellationToken.None)).Count == agents ? "" : null, () => $"for all hosts: {fleet.Connected} are connected", Patience);
        Say($"{agents} hosts, from nothing to all seen: {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s");
        await IdleCost.RunAsync(fleet.Bus, agents);

        bool good = true;
        for (int round = 0; round < 3; round++)
            await ToldAsync(fleet, null);
        int version = 0;
        for (int round = 1; round <= 3; round++)
            good &= await KillAsync(fleet, ++version, null);
        good &= await PresenceAsync(fleet, ++version);
        for (int node = 0; node < 3; node++)
        {
            await ToldAsync(fleet, node);
            await ReturnAsync(fleet, node, agents);
            good &= await KillAsync(fleet, ++version, node);
            Say($"    servers' log: {fleet.Bus.Nodes.Sum(each => each.Errors.All.Count(line => line.Contains("handshake", StringComparison.Ordinal) || line.Contains("imeout", StringComparison.Ordinal)))} lines of handshakes and timeouts so far");
            await ReturnAsync(fleet, node, agents);
        }
        good &= await AuditFlow.RunAsync(fleet);
        return good ? 0 : 1;
    }

    /// <summary>
    /// What the bus does alone: a message that no host can read is dropped at once, so that no host's judgement holds up another's on these processors. A node is
    /// killed before the first telling: its hosts are to come back first.
    /// </summary>
    private static async Task ToldAsync(SimulatedFleet fleet, int? node)
    {
        fleet.Forget();
        if (node is { } dying)
            await fleet.Bus.KillAsync(dying);
        byte[] unreadable = new byte[2048];
        long start = Stopwatch.GetTimestamp();
        for (int turn = 0; fleet.Arrived.Count < fleet.Hosts.Count && Stopwatch.GetElapsedTime(start) < FleetLimits.Tell; turn++)
        {
            FleetBus[] standing = [.. fleet.AsOperator.Where(each => each.IsConnected)];
            FleetBus bus = standing.Length > 0 ? standing[turn % standing.Length] : fleet.AsOperator[0];
            await bus.TellAsync(bus.Names.Document(DocumentKinds.Deny), unreadable, CancellationToken.None);
            for (long told = Stopwatch.GetTimestamp(); fleet.Arrived.Count < fleet.Hosts.Count && Stopwatch.GetElapsedTime(told) < FleetLimits.Repeat;)
                await Task.Delay(10);
        }
        TimeSpan[] arrived = [.. fleet.Arrived.Values.Select(each => Stopwatch.GetElapsedTime(start, each))];
        Say($"told alone{(node is { } killed ? $", node {killed + 1} just killed" : "")}: came to {arrived.Length} of {fleet.Hosts.Count}, {Spread(arrived)}");
    }

    /// <summary>Told and acknowledged: signature and version are judged by then, and the list lies there.</summary>
    private static async Task<bool> KillAsync(SimulatedFleet fleet, int version, int? node)
    {
        fleet.Forget();
        IReadOnlySet<string> hit = node is { } chosen ? await HostsOnAsync(fleet, chosen) : new HashSet<string>();
        TimeSpan processor = Process.GetCurrentProcess().TotalProcessorTime;
        Task<SentDocument> sending = DocumentSender.SendAsync(fleet.AsOperator, fleet.DenyList(version), fleet.Hosts, Telling, CancellationToken.None);
        if (node is { } dying)
        {
            // The first host has it: the rest is on its way.
            while (fleet.Arrived.Count == 0)
                await Task.Yield();
            await fleet.Bus.KillAsync(dying);
        }
        SentDocument sent = await sending;
        TimeSpan[] acknowledged = [.. sent.Acknowledged.Values.Where(each => each.Said.State != DocumentStates.Refused).Select(each => each.After)];
        long first = fleet.Arrived.Values.Min();
        TimeSpan[] arrived = [.. fleet.Arrived.Values.Select(each => Stopwatch.GetElapsedTime(first, each))];
        double goal = node is null ? 0.5 : 2;
        string what = node is { } killed ? $"kill, node {killed + 1} killed" : "kill, healthy";
        Say($"{what}: arrived at {arrived.Length}, after the first {Spread(arrived)}; acknowledged by {acknowledged.Length} of {fleet.Hosts.Count}, {Spread(acknowledged)} (goal: p99 {goal} s){(sent.IsStored ? "" : $"; not stored: {sent.StoreProblem}")}");
        if (hit.Count > 0)
        {
            TimeSpan[] theirs = [.. sent.Acknowledged.Where(each => hit.Contains(each.Key)).Select(each => each.Value.After)], others = [.. sent.Acknowledged.Where(each => !hit.Contains(each.Key)).Select(each => each.Value.After)];
            Say($"    of the {hit.Count} that were on that node {theirs.Length} acknowledged, {Spread(theirs)}; of the others {others.Length}, {Spread(others)}");
        }
        Say($"    {(Process.GetCurrentProcess().TotalProcessorTime - processor).TotalSeconds:0.0} s of a processor in this process, {Environment.ProcessorCount} processors");
        return acknowledged.Length == fleet.Hosts.Count && P99(acknowledged) <= TimeSpan.FromSeconds(goal);
    }

    private static async Task ReturnAsync(SimulatedFleet fleet, int node, int agents)
    {
        await fleet.Bus.RestartAsync(node);
        await Wait.UntilAsync(() => fleet.Connected == agents && fleet.AsOperator.All(each => each.IsConnected), "all are connected again", Patience);
        await Wait.ForAsync(async () => await CanStoreAsync(fleet) ? "" : null, () => "for the buckets", Patience);
    }

    /// <summary>The hosts whose connection is to a node, by the names of its connections.</summary>
    private static async Task<IReadOnlySet<string>> HostsOnAsync(SimulatedFleet fleet, int node)
    {
        using var client = new HttpClient();
        using JsonDocument page = JsonDocument.Parse(await client.GetStringAsync(fleet.Bus.Page(node, "connz?limit=100000")));
        return page.RootElement.GetProperty("connections").EnumerateArray().Select(each => each.GetProperty("name").GetString()!).Where(name => name.StartsWith("host-", StringComparison.Ordinal)).ToHashSet(StringComparer.Ordinal);
    }

    /// <summary>A change on all hosts at once, until one reader sees it of all.</summary>
    private static async Task<bool> PresenceAsync(SimulatedFleet fleet, int version)
    {
        long start = Stopwatch.GetTimestamp();
        await PresenceReader.ReadAsync(fleet.AsEngineer, CancellationToken.None);
        TimeSpan reading = Stopwatch.GetElapsedTime(start);
        start = Stopwatch.GetTimestamp();
        await fleet.AsOperator[0].TellAsync(fleet.AsOperator[0].Names.Document(DocumentKinds.Deny), fleet.DenyList(version).ToUtf8(), CancellationToken.None);
        await Wait.ForAsync(async () => (await PresenceReader.ReadAsync(fleet.AsEngineer, CancellationToken.None)).Count(host => host.Record?.Documents.GetValueOrDefault(DocumentKinds.Deny)?.Version == (ulong)version) == fleet.Hosts.Count ? "" : null, () => "for all records", Patience);
        TimeSpan all = Stopwatch.GetElapsedTime(start);
        Say($"presence: a change on all {fleet.Hosts.Count} hosts at once is seen after {all.TotalSeconds:0.00} s (goal: 2 s); reading all records takes {reading.TotalSeconds:0.00} s");
        return all <= TimeSpan.FromSeconds(2);
    }

    private static async Task<bool> CanStoreAsync(SimulatedFleet fleet)
    {
        try
        {
            return await fleet.AsEngineer.ReadLastAsync(fleet.AsEngineer.Names.PresenceStream, fleet.AsEngineer.Names.Presence(fleet.Hosts[0]), CancellationToken.None) is not null;
        }
        catch (FleetException)
        {
            return false;
        }
    }

    internal static void Say(string line) => Console.WriteLine(line);

    private static TimeSpan P99(TimeSpan[] times) => times.Order().ElementAt((int)Math.Ceiling(times.Length * 0.99) - 1);

    private static string Spread(TimeSpan[] times)
        => string.Create(CultureInfo.InvariantCulture, $"p50 {times.Order().ElementAt(times.Length / 2).TotalMilliseconds:0} ms, p99 {P99(times).TotalMilliseconds:0} ms, max {times.Max().TotalMilliseconds:0} ms");
}
