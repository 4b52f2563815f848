using DebugRelay.Recording;
using DebugRelay.Shipper.Siem.Ocsf;

namespace DebugRelay.Shipper.Siem;

/// <summary>Follows one ledger from a cursor. A ledger that was begun anew, or cannot be read further, is told as a gap, never passed over.</summary>
internal sealed class LedgerSource(string folder, string role, Cursor cursor, TimeProvider time) : IAuditSource
{
    private CursorState _state = cursor.Read();
    private CursorState _next = new(0, 0, null);
    private LedgerEvents? _events;
    private List<AuditEvent> _pending = [];

    public IReadOnlyList<AuditEvent> Next()
    {
        if (_pending.Count > 0)
            return _pending;
        _events ??= CatchUp();
        string? ledger = First();
        if (ledger is null || (_state.Stuck && ledger == _state.Ledger))
            return [];
        if (_state.Ledger is not null && ledger != _state.Ledger)
            return Restart(ledger, "it is another ledger than the one that was followed");
        _pending = Read(ledger);
        return _pending;
    }

    public void Acknowledge()
    {
        if (_next != _state)
            cursor.Write(_next);
        _state = _next;
        _pending = [];
    }

    private List<AuditEvent> Read(string ledger)
    {
        var events = new List<AuditEvent>();
        _next = _state with { Ledger = ledger, Stuck = false };
        try
        {
            foreach (LedgerEntry entry in LedgerReader.ReadEntries(folder, _state.Offset).Take(Limits.Batch))
            {
                if (entry.Counter != _next.Entries)
                    return Stuck(events, $"entry {entry.Counter} stands where {_next.Entries} is due");
                events.AddRange(_events!.Tell(entry));
                _next = _next with { Offset = entry.NextOffset, Entries = entry.Counter + 1 };
            }
        }
        catch (RecordingException e)
        {
            return Stuck(events, e.Message);
        }
        // Entries that tell nothing by themselves (requests) move the cursor too.
        if (events.Count == 0 && _next.Entries != _state.Entries)
            Acknowledge();
        return events;
    }

    private List<AuditEvent> Stuck(List<AuditEvent> events, string why)
    {
        events.Add(_events!.Gap(_next.Entries, time.GetUtcNow(), why));
        _next = _next with { Stuck = true };
        return events;
    }

    private List<AuditEvent> Restart(string ledger, string why)
    {
        _pending = [_events!.Gap(_state.Entries, time.GetUtcNow(), why)];
        _next = new CursorState(0, 0, ledger);
        _events = new LedgerEvents(role);
        return _pending;
    }

    /// <summary>What was sent before is read once more for the names in it: who opened which session.</summary>
    private LedgerEvents CatchUp()
    {
        var events = new LedgerEvents(role);
        try
        {
            foreach (LedgerEntry entry in LedgerReader.ReadEntries(folder).TakeWhile(entry => entry.Offset < _state.Offset))
                events.Remember(entry);
        }
        catch (RecordingException)
        {
            // What is wrong with it is told when it is read on.
        }
        return events;
    }

    private string? First()
    {
        try
        {
            LedgerEntry? first = LedgerReader.ReadEntries(folder).FirstOrDefault();
            return first is null ? null : $"{first.Time:O} {first.Kind} {(first.Body.TryGetProperty("keySha256", out var key) ? key.ToString() : "")}";
        }
        catch (RecordingException e)
        {
            throw new ShipperException(e.Message, e);
        }
    }
}
