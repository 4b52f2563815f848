using DebugRelay.Recording;
using DebugRelay.Shipper.Fleet;
using DebugRelay.Shipper.Metrics;

namespace DebugRelay.Shipper.Siem;

/// <summary>Brings the events of all sources to all outputs, and metrics to theirs. Each output goes at its own pace: one that is dead holds up no other.</summary>
internal sealed class Shipment : IAsyncDisposable
{
    private readonly List<(IAuditOutput Output, IAuditSource[] Sources)> _lanes = [];
    private readonly TextWriter _log;
    private readonly TimeProvider _time;
    private MetricsShipment? _metrics;
    private FleetMember? _fleet;

    private Shipment(TextWriter log, TimeProvider time) => (_log, _time) = (log, time);

    /// <summary>The ledgers' folders.</summary>
    public IReadOnlyList<string> Followed { get; private init; } = [];

    /// <exception cref="ShipperException">An output or a cursor cannot be used.</exception>
    public static Shipment Create(ShipperConfiguration configuration, TextWriter log, TimeProvider? time = null)
    {
        time ??= TimeProvider.System;
        (string Role, string Folder)[] ledgers = [.. new[] { LedgerNames.Agent, LedgerNames.Broker }.Select(role => (role, LedgerNames.Folder(configuration.State, role)))];
        var shipment = new Shipment(log, time) { Followed = [.. ledgers.Select(ledger => ledger.Folder)] };
        var cursors = new StateFolder(configuration.Cursor);
        if (configuration.Fleet is { } fleet)
            shipment._fleet = FleetMember.Create(fleet, cursors, log, time);
        foreach (IAuditOutput output in Outputs(configuration, shipment._fleet))
        {
            IAuditSource[] sources = [.. ledgers.SelectMany(ledger => new IAuditSource[]
            {
                new LedgerSource(ledger.Folder, ledger.Role, new Cursor(cursors, output.Name, ledger.Role), time), new HeadSource(ledger.Folder, ledger.Role, time),
            })];
            shipment._lanes.Add((output, sources));
        }
        if (configuration.Metrics is { } metrics)
            shipment._metrics = new MetricsShipment(metrics, log, time);
        return shipment;
    }

    public Task RunAsync(CancellationToken stop) => Task.WhenAll([.. _lanes.Select(lane => RunAsync(lane.Output, lane.Sources, stop)), _metrics?.RunAsync(stop) ?? Task.CompletedTask, _fleet?.RunAsync(stop) ?? Task.CompletedTask]);

    public async ValueTask DisposeAsync()
    {
        _metrics?.Dispose();
        foreach ((IAuditOutput output, _) in _lanes)
            await output.DisposeAsync();
        if (_fleet is not null)
            await _fleet.DisposeAsync();
    }

    private static IEnumerable<IAuditOutput> Outputs(ShipperConfiguration configuration, FleetMember? fleet)
    {
        if (configuration.File is { } file)
            yield return new FileWriter(file);
        if (configuration.Syslog is { } syslog)
            yield return new SyslogSender(syslog);
        if (configuration.Otlp is { } otlp)
            yield return new OtlpSender(otlp);
        if (fleet is not null)
            yield return new BusOutput(fleet.Bus, fleet.Host);
    }

    private async Task RunAsync(IAuditOutput output, IAuditSource[] sources, CancellationToken stop)
    {
        TimeSpan retry = Limits.FirstRetry;
        long? said = null;
        while (true)
        {
            try
            {
                bool more = false;
                foreach (IAuditSource source in sources)
                    more |= await SendNextAsync(output, source, stop);
                retry = Limits.FirstRetry;
                if (!more)
                    await Task.Delay(Limits.Poll, _time, stop);
            }
            catch (ShipperException e)
            {
                // An output that is tried often is not told of as often.
                if (said is not { } last || retry < output.LastRetry || _time.GetElapsedTime(last) >= Limits.LastRetry)
                {
                    await _log.WriteLineAsync($"{output.Name}: {e.Message}; again in {retry.TotalSeconds:0.##} s");
                    said = _time.GetTimestamp();
                }
                await Task.Delay(retry, _time, stop);
                retry = retry * 2 < output.LastRetry ? retry * 2 : output.LastRetry;
            }
        }
    }

    private static async Task<bool> SendNextAsync(IAuditOutput output, IAuditSource source, CancellationToken stop)
    {
        IReadOnlyList<AuditEvent> events = source.Next();
        if (events.Count == 0)
            return false;
        await output.SendAsync(events, stop);
        source.Acknowledge();
        return true;
    }
}
