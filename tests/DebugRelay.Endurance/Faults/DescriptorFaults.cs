using DebugRelay.Endurance.Chaos;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Endurance.Faults;

/// <summary>Agent or broker may open no more files and sockets than they have, or a few more.</summary>
internal static class DescriptorFaults
{
    private const int Clients = 12;

    public static IEnumerable<Fault> All { get; } =
    [
        new("agent-descriptors", round => RunOutAsync(round, round.Host.Agent.Id)),
        new("broker-descriptors", async round => await RunOutAsync(round, await round.Site.BrokerAsync())),
    ];

    private static async Task RunOutAsync(Round round, int pid)
    {
        await using LiveTrace live = await round.TraceAsync();
        await using (await DescriptorLimit.SetAsync(pid, round.Any(0, 16)))
        {
            // What they get of it is their host's to say: refusals, cut connections, now and then a session.
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Round.QuietlyAsync(() => TryAsync(round))));
            Round.Expect(Directory.Exists($"/proc/{pid}"), "the process that ran out of descriptors has ended");
        }
    }

    private static async Task TryAsync(Round round)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(round.Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(3));
        await using RawSession session = await round.Host.OpenAsync(patience.Token);
        await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(round.Target.Id, patience.Token), patience.Token);
        await trace.ReadDataAsync(patience.Token);
    }
}
