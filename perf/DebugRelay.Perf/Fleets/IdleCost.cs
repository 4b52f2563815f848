using System.Text.Json;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Perf.Fleets;

/// <summary>What hosts that do nothing but live cost the bus, by the servers' own counters and by the bytes on the wire.</summary>
internal static class IdleCost
{
    private static readonly TimeSpan Window = TimeSpan.FromSeconds(30);

    public static async Task RunAsync(NatsBus bus, int agents)
    {
        Carried before = await ReadAsync(bus);
        long wire = Loopback();
        TimeSpan processor = Processor(bus);
        await Task.Delay(Window);
        Carried after = await ReadAsync(bus);
        double per = agents * Window.TotalSeconds;
        FleetNumbers.Say(
            $"an idle host: {(after.InMessages - before.InMessages) / per:0.000} messages/s and {(after.InBytes - before.InBytes) / per:0} bytes/s to the bus, {(after.OutMessages - before.OutMessages) / per:0.000} and {(after.OutBytes - before.OutBytes) / per:0} from it; "
            + $"on the wire with TLS, pings and three replicas {(Loopback() - wire) / per:0} bytes/s; {(Processor(bus) - processor).TotalSeconds / Window.TotalSeconds:P1} of a processor for all three servers; {bus.Nodes.Sum(node => Resident(node.Id)) / 1048576} MB resident");
    }

    private static async Task<Carried> ReadAsync(NatsBus bus)
    {
        using var client = new HttpClient();
        var sum = new Carried(0, 0, 0, 0);
        for (int node = 0; node < bus.Nodes.Count; node++)
        {
            using JsonDocument page = JsonDocument.Parse(await client.GetStringAsync(bus.Page(node, "connz?limit=100000")));
            foreach (JsonElement each in page.RootElement.GetProperty("connections").EnumerateArray())
                sum = new Carried(sum.InMessages + Number(each, "in_msgs"), sum.InBytes + Number(each, "in_bytes"), sum.OutMessages + Number(each, "out_msgs"), sum.OutBytes + Number(each, "out_bytes"));
        }
        return sum;
    }

    private static long Number(JsonElement connection, string name) => connection.GetProperty(name).GetInt64();

    private static TimeSpan Processor(NatsBus bus) => bus.Nodes.Aggregate(TimeSpan.Zero, (sum, node) => sum + System.Diagnostics.Process.GetProcessById(node.Id).TotalProcessorTime);

    private static long Resident(int process) => System.Diagnostics.Process.GetProcessById(process).WorkingSet64;

    /// <summary>Bytes that loopback has carried, each counted once.</summary>
    private static long Loopback()
    {
        string line = File.ReadLines("/proc/net/dev").First(each => each.TrimStart().StartsWith("lo:", StringComparison.Ordinal));
        return long.Parse(line.Split(':')[1].Split(' ', StringSplitOptions.RemoveEmptyEntries)[0], System.Globalization.CultureInfo.InvariantCulture);
    }

    private sealed record Carried(long InMessages, long InBytes, long OutMessages, long OutBytes);
}
