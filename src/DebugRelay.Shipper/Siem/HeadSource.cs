using DebugRelay.Recording;
using DebugRelay.Shipper.Siem.Ocsf;

namespace DebugRelay.Shipper.Siem;

/// <summary>
/// Sends the signed heads of a ledger as they are made, each with the line that `recording verify --heads` takes. Only the latest head counts, so a restart
/// sends it again and nothing needs to be remembered.
/// </summary>
internal sealed class HeadSource(string folder, string role, TimeProvider time) : IAuditSource
{
    private long _sent = -1;
    private long _next = -1;

    public IReadOnlyList<AuditEvent> Next()
    {
        try
        {
            if (LedgerReader.ReadHead(folder) is not { } head || head.Size == _sent)
                return [];
            _next = head.Size;
            return [Tell(head)];
        }
        catch (RecordingException e)
        {
            throw new ShipperException(e.Message, e);
        }
    }

    public void Acknowledge() => _sent = _next;

    private AuditEvent Tell(LedgerHead head)
        => OcsfEvent.Create(
            new OcsfOrigin(head.Host, $"{role}-heads", head.Size, time.GetUtcNow(), null), OcsfClass.BaseEvent, 99, OcsfSeverity.Informational, $"the head of the {role}'s ledger after {head.Size} entries",
            json => json.WriteObject("unmapped", ("head", head.HeadLine), ("note", Convert.ToBase64String(head.Note.Span))));
}
