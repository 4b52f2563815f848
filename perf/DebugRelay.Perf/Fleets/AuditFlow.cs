using System.Collections.Concurrent;
using System.Text.Json;
using DebugRelay.Fleet;
using DebugRelay.Recording;
using DebugRelay.Shipper.Siem;
using DebugRelay.TestSupport;

namespace DebugRelay.Perf.Fleets;

/// <summary>Events of many hosts at once, each through a whole shipper from a ledger on disk, while the node that leads their stream is killed.</summary>
internal static class AuditFlow
{
    private const int Events = 6000;
    private const double Goal = 5000;
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(4);

    public static async Task<bool> RunAsync(SimulatedFleet fleet)
    {
        foreach (string host in fleet.Senders)
            await WriteAsync(fleet, host);
        int wanted = fleet.Senders.Count * (Events + 3);
        using var stop = new CancellationTokenSource();
        Shipment[] shipments = [.. fleet.Senders.Select(host => Shipment.Create(new ShipperConfiguration(Path.Combine(fleet.Folder(host), "state"), Path.Combine(fleet.Folder(host), "cursor"), Fleet: fleet.Configuration(host)), fleet.Log))];
        Task[] running = [.. shipments.Select(shipment => Task.Run(() => shipment.RunAsync(stop.Token)))];
        await Wait.UntilAsync(() => Sent(fleet) > fleet.Senders.Count * Events / 3, "a third is there", Patience);
        int leader = await LeaderAsync(fleet);
        DateTimeOffset killed = DateTimeOffset.UtcNow;
        await fleet.Bus.KillAsync(leader);
        await Wait.UntilAsync(() => Sent(fleet) >= fleet.Senders.Count * (Events + 2), "all is there", Patience);
        await stop.CancelAsync();
        await Task.WhenAll(running).ContinueWith(_ => { }, TaskScheduler.Default);
        foreach (Shipment shipment in shipments)
            await shipment.DisposeAsync();
        return await ReportAsync(fleet, wanted, killed);
    }

    /// <summary>One session, whose opening is two events, and then ends of operations: an event each.</summary>
    private static async Task WriteAsync(SimulatedFleet fleet, string host)
    {
        await using HostLedger ledger = await HostLedger.OpenAsync(Path.Combine(fleet.Folder(host), "state"), LedgerNames.Agent, host, "1.0", TimeProvider.System);
        await ledger.OpenSessionAsync($"{host}-1", "spiffe://corp.example/eng/alice", "127.0.0.1:1", "a measurement", null);
        for (int i = 0; i < Events; i++)
            await ledger.EndAsync($"{host}-1", new LedgerEnd((ulong)i, i, new string('a', 64), false, null));
        await ledger.PublishAsync();
    }

    private static long Sent(SimulatedFleet fleet) => fleet.Senders.Sum(host =>
    {
        string cursor = Path.Combine(fleet.Folder(host), "cursor", "fleet.agent.json");
        return File.Exists(cursor) ? JsonDocument.Parse(File.ReadAllBytes(cursor)).RootElement.GetProperty("entries").GetInt64() : 0;
    });

    private static async Task<int> LeaderAsync(SimulatedFleet fleet)
    {
        using var client = new HttpClient();
        using JsonDocument page = JsonDocument.Parse(await client.GetStringAsync(fleet.Bus.Page(0, "jsz?streams=true&accounts=true&acc=DEBUGRELAY")));
        string leader = page.RootElement.GetProperty("account_details").EnumerateArray().SelectMany(account => account.GetProperty("stream_detail").EnumerateArray())
            .First(stream => stream.GetProperty("name").GetString() == fleet.AsMonitor.Names.AuditStream).GetProperty("cluster").GetProperty("leader").GetString()!;
        return int.Parse(leader[^1..], System.Globalization.CultureInfo.InvariantCulture) - 1;
    }

    /// <summary>By what lies in the stream in the end, and the times at which the bus says that it took it.</summary>
    private static async Task<bool> ReportAsync(SimulatedFleet fleet, int wanted, DateTimeOffset killed)
    {
        FleetBus bus = fleet.AsMonitor;
        var times = new ConcurrentBag<DateTimeOffset>();
        var ids = new ConcurrentDictionary<string, int>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(fleet.Senders, new ParallelOptions { MaxDegreeOfParallelism = fleet.Senders.Count }, async (host, cancellation) =>
        {
            string subject = bus.Names.Audit(host, LedgerNames.Agent);
            for (ulong next = 1; await bus.ReadNextAsync(bus.Names.AuditStream, next, subject, cancellation) is { } message; next = message.Sequence + 1)
            {
                times.Add(message.Time);
                ids.AddOrUpdate(JsonDocument.Parse(message.Data).RootElement.GetProperty("metadata").GetProperty("uid").GetString()!, 1, (_, count) => count + 1);
            }
        });
        DateTimeOffset[] ordered = [.. times.Order()];
        TimeSpan all = ordered[^1] - ordered[0], gap = ordered.Zip(ordered.Skip(1), (before, after) => after - before).Max();
        int doubled = ids.Values.Sum(count => count - 1), lost = wanted - ids.Count;
        double rate = ordered.Length / all.TotalSeconds, without = ordered.Length / (all - gap).TotalSeconds;
        FleetNumbers.Say(
            $"audit events: {ordered.Length} from {fleet.Senders.Count} hosts in {all.TotalSeconds:0.0} s, the stream's leader killed after {(killed - ordered[0]).TotalSeconds:0.0} s: {rate:0}/s (goal: {Goal:0}/s), {without:0}/s without the longest pause, {gap.TotalSeconds:0.0} s; lost {lost}, twice {doubled}");
        return rate >= Goal && lost == 0 && doubled == 0;
    }
}
