using DebugRelay.Endurance.Chaos;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Endurance.Faults;

/// <summary>What becomes of the process that is looked at.</summary>
internal static class TargetFaults
{
    public static IEnumerable<Fault> All { get; } = [new("target-killed", KilledAsync), new("target-frozen", FrozenAsync), new("target-restarted", RestartedAsync)];

    private static async Task KilledAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        await round.AnyMomentAsync();
        round.Target.Process.Kill();
        OperationEnd end = await live.Trace.ReadToEndAsync(round.Cancellation);
        await round.Site.StartTargetAgainAsync();
        Round.Expect((end.Partial, end.Code) == (true, ErrorCode.TargetGone), $"a killed process' trace ended with {end.Code}, {end.Message}");
    }

    /// <summary>Who looks at it leaves without a word: it must be let go, though it answers nobody.</summary>
    private static async Task FrozenAsync(Round round)
    {
        LiveTrace live = await round.TraceAsync();
        await round.AnyMomentAsync();
        round.Target.Process.Suspend();
        try
        {
            await live.DisposeAsync();
            await round.UntilClosedAsync(live.Id);
        }
        finally
        {
            round.Target.Process.Resume();
        }
    }

    /// <summary>The same session looks at what was started in its place.</summary>
    private static async Task RestartedAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        await round.Site.StartTargetAgainAsync();
        OperationEnd end = await live.Trace.ReadToEndAsync(round.Cancellation);
        Round.Expect((end.Partial, end.Code) == (true, ErrorCode.TargetGone), $"an ended process' trace ended with {end.Code}, {end.Message}");
        await using RawClient next = await live.Session.StartTraceAsync(await live.Session.FindAsync(round.Target.Id, round.Cancellation), round.Cancellation);
        await next.ReadDataAsync(round.Cancellation);
        await next.Writer.WriteAsync(FrameType.Stop, round.Cancellation);
        Round.Expect(!(await next.ReadToEndAsync(round.Cancellation)).Partial, "the trace of the process that was started again did not come whole");
    }
}
