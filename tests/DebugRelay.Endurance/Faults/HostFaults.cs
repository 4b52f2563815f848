using DebugRelay.Endurance.Chaos;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Endurance.Faults;

/// <summary>What becomes of the host's own processes.</summary>
internal static class HostFaults
{
    public static IEnumerable<Fault> All { get; } =
    [
        new("agent-killed", AgentKilledAsync), new("agent-stopped", AgentStoppedAsync), new("agent-frozen", AgentFrozenAsync),
        new("broker-killed", BrokerKilledAsync), new("broker-frozen", BrokerFrozenAsync), new("worker-killed", WorkerKilledAsync), new("worker-frozen", WorkerFrozenAsync),
    ];

    /// <summary>While sessions are opened, requests are made and a trace runs.</summary>
    private static async Task AgentKilledAsync(Round round)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(round.Cancellation);
        Task[] busy = [.. Enumerable.Range(0, 3).Select(_ => Round.QuietlyAsync(() => BeBusyAsync(round, over.Token)))];
        await round.AnyMomentAsync(4000);
        int? broker = HostProcesses.FindBrokerOf(round.Host.Agent.Id);
        int[] children = broker is { } pid ? [pid, .. HostProcesses.WorkersOf(pid)] : [];
        round.Host.Agent.Kill();
        foreach (int child in children)
            await HostProcesses.WaitUntilGoneAsync(child, round.Cancellation);
        await over.CancelAsync();
        await Task.WhenAll(busy);
        await round.Host.StartAgainAsync();
    }

    /// <summary>As a service manager stops and starts it.</summary>
    private static async Task AgentStoppedAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        await round.AnyMomentAsync();
        round.Host.Agent.Terminate();
        OperationEnd end = await live.Trace.ReadToEndAsync(round.Cancellation);
        Round.Expect((end.Partial, end.Code) == (true, ErrorCode.ShuttingDown), $"the trace ended with {end.Code}, {end.Message}");
        Round.Expect(await round.Host.Agent.WaitForExitAsync() == 0, $"the agent ended with exit code {round.Host.Agent.ExitCode}");
        await round.Host.StartAgainAsync();
    }

    private static async Task AgentFrozenAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        round.Host.Agent.Suspend();
        await round.AnyMomentAsync(3000);
        round.Host.Agent.Resume();
        await StopAsync(round, live);
    }

    private static async Task BrokerKilledAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        await round.AnyMomentAsync();
        int broker = HostProcesses.BrokerOf(round.Host);
        int[] workers = [.. HostProcesses.WorkersOf(broker)];
        HostProcesses.Kill(broker);
        OperationEnd end = await live.Trace.ReadToEndAsync(round.Cancellation);
        Round.Expect((end.Partial, end.Code) == (true, ErrorCode.BrokerGone), $"the trace ended with {end.Code}, {end.Message}");
        Round.Expect((await live.Session.Control.ReadClosedAsync(round.Cancellation)).Code == ErrorCode.BrokerGone, "the session did not end because of the broker");
        foreach (int worker in workers)
            await HostProcesses.WaitUntilGoneAsync(worker, round.Cancellation);
    }

    private static async Task BrokerFrozenAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        int broker = HostProcesses.BrokerOf(round.Host);
        HostProcesses.Suspend(broker);
        await round.AnyMomentAsync(3000);
        HostProcesses.Resume(broker);
        await StopAsync(round, live);
    }

    private static async Task WorkerKilledAsync(Round round)
    {
        await using LiveTrace live = await round.TraceAsync();
        await round.AnyMomentAsync();
        HostProcesses.Kill(HostProcesses.WorkersOf(round.Host).Single());
        OperationEnd end = await live.Trace.ReadToEndAsync(round.Cancellation);
        Round.Expect((end.Partial, end.Code) == (true, ErrorCode.WorkerGone), $"the trace ended with {end.Code}, {end.Message}");
    }

    private static async Task WorkerFrozenAsync(Round round)
    {
        LiveTrace live = await round.TraceAsync();
        int worker = HostProcesses.WorkersOf(round.Host).Single();
        HostProcesses.Suspend(worker);
        await live.DisposeAsync();
        await HostProcesses.WaitUntilGoneAsync(worker, round.Cancellation);
    }

    private static async Task StopAsync(Round round, LiveTrace live)
    {
        await live.Trace.Writer.WriteAsync(FrameType.Stop, round.Cancellation);
        OperationEnd end = await live.Trace.ReadToEndAsync(round.Cancellation);
        Round.Expect(!end.Partial, $"the trace did not come whole: {end.Code}, {end.Message}");
    }

    private static async Task BeBusyAsync(Round round, CancellationToken over)
    {
        while (true)
        {
            await using RawSession session = await round.Host.OpenAsync(over);
            await using RawClient trace = await session.StartTraceAsync(await session.FindAsync(round.Target.Id, over), over);
            await trace.ReadDataAsync(over);
            await trace.Writer.WriteAsync(FrameType.Stop, over);
            await trace.ReadToEndAsync(over);
        }
    }
}
