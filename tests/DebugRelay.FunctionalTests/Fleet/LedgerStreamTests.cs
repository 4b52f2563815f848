using System.Text;
using System.Text.Json;
using DebugRelay.Fleet;
using DebugRelay.Recording;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Fleet;

/// <summary>Events and ledgers that flow to a cluster while its nodes die: what the streams have in the end is the ledger, once.</summary>
public sealed class LedgerStreamTests
{
    private const int Sessions = 400;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Nodes_that_die_while_events_flow_lose_none_and_double_none()
    {
        Assert.SkipWhen(NatsBus.Program is null, NatsBus.Missing);
        using var authority = new TestAuthority();
        using var folder = new TemporaryFolder();
        RelayHost.WriteConfiguration(folder, authority, RelayHost.OpenPolicy);
        await using NatsBus bus = await NatsBus.StartAsync(authority, FleetHosts.Users("test-host"), nodes: 3, Cancellation);
        await using HostLedger ledger = await HostLedger.OpenAsync(folder.File("state"), LedgerNames.Agent, "test-host", "1.0", TimeProvider.System);
        await using TestProcess shipper = await FleetHosts.StartShipperAsync(bus, folder, "test-host");

        await WriteAsync(ledger, "a");
        await Wait.UntilAsync(() => Sent(folder, "fleet.agent") > Sessions / 2, "events flow", cancellation: Cancellation);
        // One node of three, whichever it is for the stream and for the host.
        await bus.KillAsync(0);
        await WriteAsync(ledger, "b");
        await CaughtUpAsync(folder, ledger);
        // A second: nothing can be stored any more. The host writes on, and the bus takes up where it stood.
        await bus.KillAsync(1);
        await WriteAsync(ledger, "c");
        await shipper.WaitForErrorAsync(line => line.Contains("the agent's ledger does not reach the bus", StringComparison.Ordinal));
        await bus.RestartAsync(1);
        await CaughtUpAsync(folder, ledger);

        await using FleetBus monitor = await bus.ConnectAsync(FleetHosts.Monitor, Cancellation);
        byte[] written = await File.ReadAllBytesAsync(folder.File("state/agent/ledger/ledger.ndjson"), Cancellation);
        IReadOnlyList<StoredMessage> lines = await ReadAsync(monitor, monitor.Names.LedgerStream, monitor.Names.LedgerLines("test-host", LedgerNames.Agent));
        Assert.Equal(Encoding.UTF8.GetString(written), string.Concat(lines.Select(message => Encoding.UTF8.GetString(message.Data))));

        IReadOnlyList<StoredMessage> events = await ReadAsync(monitor, monitor.Names.AuditStream, monitor.Names.Audit("test-host", LedgerNames.Agent));
        var told = events.Select(message => JsonDocument.Parse(message.Data).RootElement.GetProperty("metadata")).Select(metadata => (Uid: metadata.GetProperty("uid").GetString()!, Sequence: metadata.GetProperty("sequence").GetInt64())).ToList();
        Assert.Equal(told.Count, told.Select(each => each.Uid).Distinct().Count());
        // Two of each opening, one of each end, one of the start; and in the ledger's order.
        Assert.Equal((3 * 3 * Sessions) + 1, told.Count);
        Assert.Equal(told.Select(each => each.Sequence).Order(), told.Select(each => each.Sequence));
        Assert.Equal(Enumerable.Range(0, (3 * 2 * Sessions) + 1).Select(n => (long)n), told.Select(each => each.Sequence).Distinct());
    }

    private static async Task WriteAsync(HostLedger ledger, string name)
    {
        for (int i = 0; i < Sessions; i++)
        {
            await ledger.OpenSessionAsync($"{name}-{i}", RelayHost.Alice, "127.0.0.1:1", "a reason", null);
            await ledger.CloseSessionAsync($"{name}-{i}", new LedgerClose("done", 0, null));
        }
    }

    private static async Task CaughtUpAsync(TemporaryFolder folder, HostLedger ledger)
    {
        long size = (await ledger.PublishAsync()).Size;
        await Wait.UntilAsync(() => Sent(folder, "fleet.agent") == size && Sent(folder, "fleet-ledger.agent") == size, "all is on the bus", TimeSpan.FromMinutes(2), Cancellation);
    }

    private static long Sent(TemporaryFolder folder, string cursor)
    {
        string file = folder.File($"cursor/{cursor}.json");
        return File.Exists(file) ? JsonDocument.Parse(File.ReadAllBytes(file)).RootElement.GetProperty("entries").GetInt64() : 0;
    }

    private static async Task<IReadOnlyList<StoredMessage>> ReadAsync(FleetBus bus, string stream, string subject)
    {
        var messages = new List<StoredMessage>();
        for (ulong next = 1; await bus.ReadNextAsync(stream, next, subject, Cancellation) is { } message; next = message.Sequence + 1)
            messages.Add(message);
        return messages;
    }
}
