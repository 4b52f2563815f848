using DebugRelay.Broker.Gate;
using DebugRelay.Broker.Sessions;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Recording;
using DebugRelay.Surfaces.Inventory;
using Limits = DebugRelay.Protocol.Limits;

namespace DebugRelay.Broker.Surfaces;

/// <summary>
/// Looks at the host's debug surfaces at an interval and tells of each that was not there before: in the log, in the ledger, from where the shipper takes it
/// to the SIEM, and to everybody who has a session and may take the inventory.
/// </summary>
internal sealed class SurfaceWatch(RequestGate gate, KnownSurfaces known, HostLedger ledger, SessionRegistry registry)
{
    /// <summary>Runs until told to stop: at once, and then again and again.</summary>
    public async Task RunAsync(TimeSpan interval, TimeProvider clock, CancellationToken cancellation)
    {
        using var timer = new PeriodicTimer(interval, clock);
        try
        {
            do
                await LookAsync();
            while (await timer.WaitForNextTickAsync(cancellation));
        }
        catch (OperationCanceledException)
        {
            // The broker stops.
        }
    }

    private async Task LookAsync()
    {
        try
        {
            foreach (NewSurface surface in known.Learn(gate.TakeInventory()))
                await TellAsync(surface);
            if (known.Untold > 0)
                BrokerLog.Error($"{known.Untold} new debug surfaces are not told one by one: there are more than {Limits.SurfacesKnown}; take the inventory");
        }
        catch (Exception e) when (e is StateException or RecordingException or IOException or UnauthorizedAccessException)
        {
            BrokerLog.Error($"the host's debug surfaces could not be looked at: {e.Message}");
        }
    }

    private async Task TellAsync(NewSurface surface)
    {
        InventoryFinding finding = surface.Finding;
        string where = surface.Process is { } process ? $"{Printable(process.Name)} (pid {process.Pid})" : registry.Host;
        string message = finding.Message.Length > Limits.SurfaceText ? $"{finding.Message.AsSpan(0, Limits.SurfaceText)}…" : finding.Message;
        string line = $"new debug surface, {finding.Severity}: {finding.Rule} on {where}: {Printable(message)}";
        await ledger.SurfaceAsync(new LedgerSurface(finding.Rule, finding.Severity, message, surface.Process?.Pid, surface.Process?.Name));
        BrokerLog.Tell(line);
        registry.Tell(new Notice(ErrorCode.NewSurface, line), gate.MayTakeInventory);
    }

    /// <summary>Names are the processes' own word.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) ? '?' : c));
}
