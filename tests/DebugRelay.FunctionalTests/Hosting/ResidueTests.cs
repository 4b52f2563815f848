using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>What sessions leave behind in the host's processes, and what their workers are given: nothing.</summary>
public sealed class ResidueTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Sessions_leave_no_descriptors_workers_or_files()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using SampleProcess sample = await SampleProcess.StartAsync();
        int broker = HostProcesses.BrokerOf(host);
        // The first ones bring what stays: the pools of the runtime.
        for (int i = 0; i < 2; i++)
            await LookAsync(host, sample.Id);
        await UntilAsync(() => HostProcesses.WorkersOf(host).Count == 0);
        (int agentBefore, int brokerBefore) = (Descriptors(host.Agent.Id), Descriptors(broker));
        for (int i = 0; i < 6; i++)
            await LookAsync(host, sample.Id);
        await UntilAsync(() => HostProcesses.WorkersOf(host).Count == 0);
        // One or two may still be closing; a leak would be one of each session.
        await UntilAsync(() => Descriptors(host.Agent.Id) <= agentBefore + 2 && Descriptors(broker) <= brokerBefore + 2)
            .WaitAsync(Limits.LastBytes, Cancellation);
        await TargetSessions.AreFreeAsync(sample.Id, Cancellation);
    }

    [Fact]
    public async Task A_worker_has_nothing_of_the_agents_environment_but_what_it_needs()
    {
        const string name = "DEBUGRELAY_TEST_WORKER_ENVIRONMENT";
        Environment.SetEnvironmentVariable(name, "not for workers");
        await using RelayHost host = await RelayHost.StartAsync();
        Environment.SetEnvironmentVariable(name, null);
        await using SampleProcess sample = await SampleProcess.StartAsync();
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(sample.Id, Cancellation);
        await using RawClient info = await session.SendAsync(session.Sign(session.Request("process.info", target)), Cancellation);
        await info.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        Assert.False((await info.ReadToEndAsync(Cancellation)).Partial);

        Assert.Contains(name, EnvironmentOf(host.Agent.Id), StringComparison.Ordinal);
        string environment = EnvironmentOf(HostProcesses.WorkersOf(host).Single());
        Assert.DoesNotContain(name, environment, StringComparison.Ordinal);
        Assert.Contains("DOTNET_EnableDiagnostics=0\0", environment, StringComparison.Ordinal);
    }

    /// <summary>A session with one of each: a list, a description, a trace that is stopped.</summary>
    private static async Task LookAsync(RelayHost host, int pid)
    {
        await using RawSession session = await host.OpenAsync(Cancellation);
        TargetProcess target = await session.FindAsync(pid, Cancellation);
        await using RawClient info = await session.SendAsync(session.Sign(session.Request("process.info", target)), Cancellation);
        await info.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        await info.ReadToEndAsync(Cancellation);
        var parameters = new EventPipeParameters { Providers = [new EventProvider("Nobody", 0, 0)], BufferMegabytes = 1, Rundown = false, DurationSeconds = 60 };
        await using RawClient trace = await session.SendAsync(session.Sign(session.Request("trace", target, parameters)), Cancellation);
        await trace.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        await trace.Writer.WriteAsync(FrameType.Stop, Cancellation);
        Assert.False((await trace.ReadToEndAsync(Cancellation)).Partial);
        await session.Control.Writer.WriteAsync(FrameType.CloseSession, Cancellation);
        Assert.Equal(ErrorCode.Closed, (await session.Control.ReadClosedAsync(Cancellation)).Code);
    }

    private static int Descriptors(int pid) => Directory.GetFileSystemEntries($"/proc/{pid}/fd").Length;

    private static string EnvironmentOf(int pid) => File.ReadAllText($"/proc/{pid}/environ");

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!condition())
            await timer.WaitForNextTickAsync(Cancellation);
    }
}
