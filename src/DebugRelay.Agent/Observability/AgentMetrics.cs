using System.Diagnostics.Metrics;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Agent.Observability;

/// <summary>What the agent counts (System.Diagnostics.Metrics). Tags are words of ours alone: no name, no text and no number that a client, a target or a worker chose.</summary>
internal sealed class AgentMetrics : IDisposable
{
    /// <summary>The meter's name.</summary>
    public const string MeterName = "DebugRelay.Agent";

    private readonly Counter<long> _handshakes, _opened, _closed, _refused, _operations, _delivered, _masked, _events, _lostBlocks, _recordingFailures, _brokerStarts, _reloads, _emergencies;
    private readonly Histogram<double> _seconds;

    public AgentMetrics()
    {
        Meter = new Meter(MeterName, RelayProtocol.ProductVersion);
        _handshakes = Meter.CreateCounter<long>("debugrelay.handshakes", null, "TLS handshakes that came as far as a client's certificate");
        _opened = Meter.CreateCounter<long>("debugrelay.sessions.opened", null, "Sessions that were opened");
        _closed = Meter.CreateCounter<long>("debugrelay.sessions.closed", null, "Sessions that ended, by why");
        _refused = Meter.CreateCounter<long>("debugrelay.refused", null, "Sessions and operations that were refused, by why");
        _operations = Meter.CreateCounter<long>("debugrelay.operations", null, "Operations that ended, by which and how");
        _delivered = Meter.CreateCounter<long>("debugrelay.delivered", "By", "Bytes that clients were sent");
        _masked = Meter.CreateCounter<long>("debugrelay.masked", null, "Values that were masked");
        _events = Meter.CreateCounter<long>("debugrelay.events", null, "Events of traces, by what became of them");
        _lostBlocks = Meter.CreateCounter<long>("debugrelay.lost.blocks", null, "Blocks of events that clients did not take in time");
        _recordingFailures = Meter.CreateCounter<long>("debugrelay.recording.failures", null, "Sessions that could not be recorded, or not any more");
        _brokerStarts = Meter.CreateCounter<long>("debugrelay.broker.starts", null, "Starts of the broker, where it is the agent's child");
        _reloads = Meter.CreateCounter<long>("debugrelay.reloads", null, "Files read again, by whether they could be used");
        _emergencies = Meter.CreateCounter<long>("debugrelay.emergencies", null, "Operations that an emergency's rule allowed");
        _seconds = Meter.CreateHistogram<double>("debugrelay.operation.duration", "s", "Time from an operation's begin to its end");
    }

    /// <summary>For what is asked when somebody looks.</summary>
    public Meter Meter { get; }

    public void Handshake(bool accepted) => _handshakes.Add(1, Tag("outcome", accepted ? "accepted" : "refused"));

    public void SessionOpened() => _opened.Add(1);

    public void SessionClosed(string code) => _closed.Add(1, Tag("code", Known(code)));

    public void Refused(string code) => _refused.Add(1, Tag("code", Known(code)));

    public void RecordingFailed() => _recordingFailures.Add(1);

    public void BrokerStarted() => _brokerStarts.Add(1);

    public void Emergency() => _emergencies.Add(1);

    public void FilesRead(bool used) => _reloads.Add(1, Tag("outcome", used ? "used" : "refused"));

    /// <param name="operation">Its name, which policy has allowed.</param>
    /// <param name="end">What the worker says of it; numbers are taken from it and no words.</param>
    /// <param name="sent">Bytes that the client was sent.</param>
    /// <param name="duration">How long it took.</param>
    public void OperationEnded(string operation, OperationEnd end, long sent, TimeSpan duration)
    {
        _operations.Add(1, Tag("operation", operation), Tag("code", end.Partial ? Known(end.Code ?? "") : "done"));
        _delivered.Add(sent, Tag("operation", operation));
        _seconds.Record(duration.TotalSeconds, Tag("operation", operation));
        AddIfAny(_masked, end.Scrubbed.Values.Sum());
        if (end.Events is not { } events)
            return;
        _events.Add(events.Delivered, Tag("outcome", "delivered"));
        AddIfAny(_events, events.Dropped, Tag("outcome", "dropped"));
        AddIfAny(_events, events.Blanked.Values.Sum(), Tag("outcome", "blanked"));
        AddIfAny(_lostBlocks, events.LostBlocks);
    }

    /// <inheritdoc/>
    public void Dispose() => Meter.Dispose();

    private static void AddIfAny(Counter<long> counter, long count, params ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (count > 0)
            counter.Add(count, tags);
    }

    /// <summary>A worker that was taken over could write anything for a code.</summary>
    private static string Known(string code) => ErrorCode.All.Contains(code) ? code : "other";

    private static KeyValuePair<string, object?> Tag(string name, string value) => new(name, value);
}
