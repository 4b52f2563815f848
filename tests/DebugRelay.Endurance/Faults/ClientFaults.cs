using DebugRelay.Endurance.Chaos;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;

namespace DebugRelay.Endurance.Faults;

/// <summary>What becomes of those who look.</summary>
internal static class ClientFaults
{
    public static IEnumerable<Fault> All { get; } = [new("client-killed", KilledAsync), new("client-frozen", FrozenAsync), new("client-slow", SlowAsync)];

    private static async Task KilledAsync(Round round)
    {
        await using TestProcess client = await round.StartClientAsync();
        await round.AnyMomentAsync();
        client.Kill();
        await round.UntilClosedAsync(Path.GetFileName(round.Recordings.Single()));
    }

    private static async Task FrozenAsync(Round round)
    {
        await using TestProcess client = await round.StartClientAsync();
        client.Suspend();
        await round.UntilClosedAsync(Path.GetFileName(round.Recordings.Single()));
        client.Resume();
        Round.Expect(await client.WaitForExitAsync() != 0, "a client that was cut off while it was frozen says that all went well");
    }

    /// <summary>It takes some bytes, one at a time, and then either the rest or its leave.</summary>
    private static async Task SlowAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        live.Trace.Incoming.Pace();
        Task<OperationEnd> reading = live.Trace.ReadToEndAsync(round.Cancellation);
        for (int i = round.Any(50, 500); i > 0; i--)
        {
            live.Trace.Incoming.Tick();
            // The fault itself: there is nothing to wait for.
            await Task.Delay(2, round.Cancellation);
        }
        if (round.Any(0, 1) == 0)
        {
            await live.Trace.Writer.WriteAsync(FrameType.Stop, round.Cancellation);
            live.Trace.Incoming.Free();
            Round.Expect(!(await reading).Partial, "a slow client's trace did not come whole");
        }
        else
        {
            await live.Trace.Stream.DisposeAsync();
            live.Trace.Incoming.Free();
            await Round.QuietlyAsync(() => reading);
        }
    }
}
