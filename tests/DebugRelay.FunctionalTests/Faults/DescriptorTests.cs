using DebugRelay.Protocol;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Faults;

/// <summary>An agent that may open no more files and sockets: it says no, or nothing, and lives on.</summary>
public sealed class DescriptorTests
{
    private const int Clients = 20;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private const string Policy = """
        { "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*"], "targets": [{}], "allow": ["process.list"], "limits": { "sessions": 60 } } } }
        """;

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(12)]
    public async Task An_agent_without_descriptors_lives_on_and_serves_when_it_has_some(int more)
    {
        await using RelayHost host = await RelayHost.StartAsync(Policy);
        await using (await DescriptorLimit.SetAsync(host.Agent.Id, more))
        {
            await Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => TryAsync(host)));
        }
        await AssertServesAsync(host);
    }

    /// <summary>A process takes descriptors to be started: they come from the reserve.</summary>
    [Fact]
    public async Task An_agent_without_descriptors_has_its_broker_again()
    {
        await using RelayHost host = await RelayHost.StartAsync(Policy);
        await host.ServesTheNextAsync(Cancellation);
        int first = HostProcesses.BrokerOf(host);
        await using (await DescriptorLimit.SetAsync(host.Agent.Id, 0))
        {
            HostProcesses.Kill(first);
            await Wait.UntilAsync(() => HostProcesses.FindBrokerOf(host.Agent.Id) is { } next && next != first, "there is another broker", cancellation: Cancellation);
            await TryAsync(host);
        }
        await AssertServesAsync(host);
    }

    private static async Task AssertServesAsync(RelayHost host)
    {
        Assert.False(host.Agent.HasExited, $"the agent has ended: {host.Agent.Errors.Text}");
        await Wait.ForAsync(async () => HostProcesses.FindBrokerOf(host.Agent.Id) is null ? null : await TryAsync(host), () => "for a session", cancellation: Cancellation);
        Assert.DoesNotContain("Unhandled exception", host.Agent.Errors.Text, StringComparison.Ordinal);
    }

    /// <returns>Null where there was no session to be had.</returns>
    private static async Task<string?> TryAsync(RelayHost host)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(10));
        try
        {
            await host.ServesTheNextAsync(patience.Token);
            return "";
        }
        catch (Exception e) when (e is IOException or ProtocolException or RefusedException or System.Net.Sockets.SocketException or System.Security.Authentication.AuthenticationException or OperationCanceledException)
        {
            return null;
        }
    }
}
