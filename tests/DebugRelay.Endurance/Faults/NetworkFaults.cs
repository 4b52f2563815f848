using DebugRelay.Endurance.Chaos;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Endurance.Faults;

/// <summary>What becomes of the way between a real client and its host.</summary>
internal static class NetworkFaults
{
    private const int LostLink = 5;

    public static IEnumerable<Fault> All { get; } = [new("network-cut", CutAsync), new("network-delayed", DelayedAsync), new("network-throttled", ThrottledAsync)];

    private static async Task CutAsync(Round round)
    {
        using var network = new BadNetwork(round.Host.Port, cutAfter: round.Any(1_000, 60_000));
        await using TestProcess client = await TraceAsync(round, network.Port);
        Round.Expect(network.Cuts == 1 && client.ExitCode == LostLink, $"{network.Cuts} cuts, and the client ended with {client.ExitCode}: {client.Errors.Text}");
    }

    private static async Task DelayedAsync(Round round)
    {
        using var network = new BadNetwork(round.Host.Port, delay: TimeSpan.FromMilliseconds(round.Any(10, 100)));
        await WholeAsync(round, network);
    }

    /// <summary>500 KB a second and less.</summary>
    private static async Task ThrottledAsync(Round round)
    {
        using var network = new BadNetwork(round.Host.Port, piece: round.Any(2000, 5000), delay: TimeSpan.FromMilliseconds(10));
        await WholeAsync(round, network);
    }

    private static async Task WholeAsync(Round round, BadNetwork network)
    {
        await using TestProcess client = await TraceAsync(round, network.Port);
        Round.Expect(client.ExitCode == 0, $"the client ended with {client.ExitCode}: {client.Errors.Text}");
    }

    private static Task<TestProcess> TraceAsync(Round round, int port)
        => round.Host.RunClientThroughAsync(port, "trace", $"{round.Target.Id}", "-o", round.TraceFile, "--duration", "2s", "--providers", "DebugRelay-Sample-Shop");
}
