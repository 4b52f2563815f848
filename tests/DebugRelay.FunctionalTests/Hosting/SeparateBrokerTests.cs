using DebugRelay.Protocol;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Hosting;

/// <summary>Agent and broker as two services that read the same file, as they are when installed.</summary>
public sealed class SeparateBrokerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_agent_works_with_a_broker_that_others_start_and_waits_for_one_that_is_gone()
    {
        TestProcess? broker = null;
        await using RelayHost host = await RelayHost.StartAsync(prepare: folder =>
        {
            string file = folder.File("agent.json");
            File.WriteAllText(file, File.ReadAllText(file).Replace("\"host\"", "\"broker\": \"broker.sock\", \"host\"", StringComparison.Ordinal));
            broker = StartBroker(folder);
        });
        await broker!.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
        await ListAsync(host);

        broker.Terminate();
        Assert.Equal(0, await broker.WaitForExitAsync());
        await broker.DisposeAsync();
        RefusedException e = await Assert.ThrowsAsync<RefusedException>(() => ListAsync(host));
        Assert.Equal(ErrorCode.BrokerGone, e.Refusal.Code);

        await using TestProcess next = StartBroker(host.Folder);
        await next.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
        await ListAsync(host);
    }

    private static TestProcess StartBroker(TemporaryFolder folder)
        => TestProcess.Start(BuiltPrograms.Broker, ["run", "--config", folder.File("agent.json")], RelayHost.NoDiagnostics);

    private static async Task ListAsync(RelayHost host)
    {
        await using RawSession session = await RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
        await using RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), Cancellation);
        await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
    }
}
