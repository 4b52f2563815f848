using System.Security.Cryptography;
using DebugRelay.Fleet;
using DebugRelay.Shipper.Siem;

namespace DebugRelay.Shipper.Fleet;

/// <summary>
/// Audit events to the bus' stream, one at a time, so that their order outlives a node's death. The host's own files are the outbox: the cursor moves when
/// the stream has a batch, so a bus that is away for however long loses nothing.
/// </summary>
/// <param name="bus">The host's connection, which is not ours to close.</param>
/// <param name="host">The host that the bus knows us as.</param>
internal sealed class BusOutput(FleetBus bus, string host) : IAuditOutput
{
    public string Name => "fleet";

    /// <summary>A stream whose leader died has another within seconds; who looks rarely then waits as long again.</summary>
    public TimeSpan LastRetry => Limits.FleetRetry;

    public async Task SendAsync(IReadOnlyList<AuditEvent> events, CancellationToken cancellation)
    {
        try
        {
            foreach (AuditEvent each in events)
                await bus.StoreAsync(bus.Names.Audit(host, each.Log), each.Json, Id(each.Json), cancellation);
        }
        catch (FleetException e)
        {
            throw new ShipperException(e.Message, e);
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    /// <summary>By its content, since a ledger that was begun anew counts from 0 again.</summary>
    public static string Id(ReadOnlySpan<byte> message) => Convert.ToHexStringLower(SHA256.HashData(message));
}
