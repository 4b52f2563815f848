using System.Text.Json;
using DebugRelay.Recording;

namespace DebugRelay.Shipper.Siem.Ocsf;

/// <summary>
/// Tells a ledger's entries as OCSF events. It remembers who opened the sessions that are open, since later entries name the session alone.
/// </summary>
internal sealed class LedgerEvents(string role)
{
    private readonly Dictionary<string, (string Identity, string? Remote)> _open = new(StringComparer.Ordinal);
    private readonly Dictionary<(string Session, ulong Number), string> _operations = [];
    private readonly HashSet<string> _grants = new(StringComparer.Ordinal);
    private string _host = "unknown";

    /// <summary>Reads an entry that was sent before, for what later ones need.</summary>
    public void Remember(LedgerEntry entry) => Tell(entry);

    /// <summary>The events of one entry: none, one, or several.</summary>
    public IReadOnlyList<AuditEvent> Tell(LedgerEntry entry)
    {
        try
        {
            return [.. Events(entry)];
        }
        catch (JsonException)
        {
            return [Finding(Origin(entry), "unreadable", $"an entry of kind {entry.Kind} in the {role}'s ledger does not have its form", OcsfSeverity.High)];
        }
    }

    /// <summary>The ledger is another than the one that was followed, or cannot be read any further.</summary>
    public AuditEvent Gap(long entries, DateTimeOffset time, string why)
        => Finding(new OcsfOrigin(_host, role, entries, time, null), "gap", $"the {role}'s ledger has a gap after {entries} entries: {why}", OcsfSeverity.High);

    private IEnumerable<AuditEvent> Events(LedgerEntry entry) => entry.Kind switch
    {
        LedgerKinds.Start => Started(entry, entry.Body.Deserialize(LedgerJson.Default.LedgerStart)!),
        LedgerKinds.Open => Opened(entry, entry.Body.Deserialize(LedgerJson.Default.LedgerOpen)!),
        LedgerKinds.Request => Asked(entry, entry.Body.Deserialize(LedgerJson.Default.LedgerRequest)!),
        LedgerKinds.Decision => Decided(entry, entry.Body.Deserialize(LedgerJson.Default.LedgerDecision)!),
        LedgerKinds.End => Ended(entry, entry.Body.Deserialize(LedgerJson.Default.LedgerEnd)!),
        LedgerKinds.Close => Closed(entry, entry.Body.Deserialize(LedgerJson.Default.LedgerClose)!),
        LedgerKinds.Recovered => [Finding(Origin(entry), "recovered", $"session {entry.Session} has no end: a crash of the agent, recovered after {entry.Body.Deserialize(LedgerJson.Default.LedgerRecovered)!.Entries} entries", OcsfSeverity.Medium)],
        LedgerKinds.Deleted => [Deleted(entry, entry.Body.Deserialize(LedgerJson.Default.LedgerDeleted)!)],
        LedgerKinds.Surface => [Appeared(entry, entry.Body.Deserialize(LedgerJson.Default.LedgerSurface)!)],
        _ => [Other(entry)],
    };

    private IEnumerable<AuditEvent> Started(LedgerEntry entry, LedgerStart start)
    {
        _host = start.Host;
        yield return Other(entry);
        if (start.TornBytes > 0)
            yield return Finding(Origin(entry), "torn", $"the {role}'s ledger lost a last line of {start.TornBytes} bytes in a crash", OcsfSeverity.Medium);
    }

    private IEnumerable<AuditEvent> Opened(LedgerEntry entry, LedgerOpen open)
    {
        string session = entry.Session ?? "";
        _open[session] = (open.Identity, open.Remote);
        string why = open.Reason is null ? "" : $": {open.Reason}";
        yield return OcsfEvent.Create(Origin(entry), OcsfClass.Authentication, 1, OcsfSeverity.Informational, $"{open.Identity} opened a session on {_host}{why}", json =>
        {
            json.WriteStatus(true, null, null);
            json.WriteNumber("auth_protocol_id", 99);
            json.WriteString("auth_protocol", "mutual TLS 1.3");
            json.WriteBoolean("is_remote", true);
            WriteWho(json, session);
            json.WriteObject("service", ("name", "debugrelay-agent"));
        });
        yield return Tunnel(entry, 1, $"session {session} opened by {open.Identity}{why}", json => json.WriteObject("unmapped", ("reason", open.Reason), ("incident", open.Incident)));
    }

    private IEnumerable<AuditEvent> Asked(LedgerEntry entry, LedgerRequest request)
    {
        if (request is { Number: { } number, Operation: { } operation })
            _operations[(entry.Session ?? "", number)] = operation;
        return [];
    }

    private IEnumerable<AuditEvent> Decided(LedgerEntry entry, LedgerDecision decision)
    {
        string operation = Operation(entry, decision.Number);
        if (decision is { Allowed: true, Grant: { } grant })
        {
            if (_grants.Add(grant))
                yield return Grants(entry, OcsfClass.UserAccess, $"grant {grant} was first used by {Who(entry)}", operation, grant);
            yield return Grants(entry, OcsfClass.AuthorizeSession, $"{operation} is allowed under grant {grant}", operation, grant);
        }
        string what = decision.Process is null ? operation : $"{operation} on {decision.Process} ({decision.Pid})";
        OcsfSeverity severity = decision.Allowed ? OcsfSeverity.Informational : OcsfSeverity.Low;
        yield return Api(entry, operation, severity, $"{Who(entry)}: {what} {(decision.Allowed ? "allowed" : "refused")}: {decision.Reason}", json =>
        {
            json.WriteStatus(decision.Allowed, decision.Code, decision.Reason);
            if (decision.Process is null)
                return;
            json.WriteStartArray("resources");
            json.WriteStartObject();
            json.WriteString("type", "process");
            json.WriteString("name", decision.Process);
            json.WriteString("uid", $"{decision.Pid}");
            json.WriteEndObject();
            json.WriteEndArray();
        });
        if (decision is { Allowed: true, BreakGlass: true })
            yield return Finding(Origin(entry), "break-glass", $"break-glass: {Who(entry)} took {what} without a grant: {decision.Reason}", OcsfSeverity.Critical);
    }

    private IEnumerable<AuditEvent> Ended(LedgerEntry entry, LedgerEnd end)
    {
        string operation = Operation(entry, end.Number);
        _operations.Remove((entry.Session ?? "", end.Number));
        yield return Api(entry, operation, OcsfSeverity.Informational, $"{operation} of {Who(entry)} delivered {end.Bytes ?? 0} bytes{(end.Partial ? ", cut" : "")}", json =>
        {
            json.WriteStatus(!end.Partial, end.Code, null);
            json.WriteStartObject("unmapped");
            json.WriteNumber("bytes", end.Bytes ?? 0);
            if (end.Sha256 is { } sha256)
                json.WriteString("sha256", sha256);
            json.WriteEndObject();
        });
    }

    private IEnumerable<AuditEvent> Closed(LedgerEntry entry, LedgerClose close)
    {
        string session = entry.Session ?? "";
        yield return Tunnel(entry, 2, $"session {session} of {Who(entry)} closed: {close.Code}", json =>
        {
            json.WriteString("status_code", close.Code);
            json.WriteObject("unmapped", ("segments", $"{close.Segments}"), ("head", close.Head));
        });
        _open.Remove(session);
        foreach ((string Session, ulong Number) key in _operations.Keys.Where(k => k.Session == session).ToArray())
            _operations.Remove(key);
    }

    private AuditEvent Deleted(LedgerEntry entry, LedgerDeleted deleted)
        => OcsfEvent.Create(Origin(entry), OcsfClass.ApiActivity, 4, OcsfSeverity.Medium, $"the recording of session {entry.Session} was deleted by retention ({deleted.Reason})", json =>
        {
            json.WriteStatus(true, null, deleted.Reason);
            json.WriteStartObject("actor");
            json.WriteString("app_name", "debugrelay-agent");
            json.WriteEndObject();
            json.WriteObject("api", ("operation", "recording.delete"));
            json.WriteSource(_host);
            json.WriteObject("unmapped", ("segments", $"{deleted.Segments}"), ("head", deleted.Head), ("bytes", $"{deleted.Bytes}"));
        });

    private AuditEvent Appeared(LedgerEntry entry, LedgerSurface surface)
    {
        string where = surface.Process is null ? _host : $"{surface.Process} ({surface.Pid}) on {_host}";
        OcsfSeverity severity = Enum.TryParse(surface.Severity, ignoreCase: true, out OcsfSeverity known) ? known : OcsfSeverity.Informational;
        return Finding(Origin(entry), surface.Rule, $"new debug surface {surface.Rule} on {where}: {surface.Message}", severity);
    }

    private AuditEvent Grants(LedgerEntry entry, int classUid, string message, string operation, string grant)
        => OcsfEvent.Create(Origin(entry), classUid, 1, OcsfSeverity.Low, message, json =>
        {
            json.WriteStatus(true, null, null);
            WriteWho(json, entry.Session ?? "");
            json.WriteStartArray("privileges");
            json.WriteStringValue(operation);
            json.WriteEndArray();
            json.WriteObject("unmapped", ("grant", grant));
        });

    private AuditEvent Api(LedgerEntry entry, string operation, OcsfSeverity severity, string message, Action<Utf8JsonWriter> rest)
        => OcsfEvent.Create(Origin(entry), OcsfClass.ApiActivity, 2, severity, message, json =>
        {
            string session = entry.Session ?? "";
            json.WriteStartObject("actor");
            WriteUser(json, session);
            json.WriteObject("session", ("uid", session));
            json.WriteEndObject();
            json.WriteStartObject("api");
            json.WriteString("operation", operation);
            json.WriteObject("service", ("name", "DebugRelay"));
            json.WriteEndObject();
            json.WriteSource(_open.GetValueOrDefault(session).Remote);
            json.WriteObject("dst_endpoint", ("hostname", _host));
            rest(json);
        });

    private AuditEvent Tunnel(LedgerEntry entry, int activity, string message, Action<Utf8JsonWriter> rest)
        => OcsfEvent.Create(Origin(entry), OcsfClass.TunnelActivity, activity, OcsfSeverity.Informational, message, json =>
        {
            WriteWho(json, entry.Session ?? "");
            json.WriteNumber("tunnel_type_id", 99);
            json.WriteString("tunnel_type", "debug session");
            rest(json);
        });

    private static AuditEvent Finding(OcsfOrigin origin, string type, string message, OcsfSeverity severity)
        => OcsfEvent.Create(origin, OcsfClass.DetectionFinding, 1, severity, message, json =>
        {
            json.WriteNumber("status_id", 1);
            json.WriteBoolean("is_alert", true);
            json.WriteStartObject("finding_info");
            json.WriteString("uid", $"{origin.Host}/{origin.Log}/{origin.Sequence}/{type}");
            json.WriteString("title", message);
            json.WriteStartArray("types");
            json.WriteStringValue(type);
            json.WriteEndArray();
            json.WriteEndObject();
        });

    /// <summary>What no class fits is still told: an entry without an event would be a gap that nobody sees.</summary>
    private AuditEvent Other(LedgerEntry entry)
        => OcsfEvent.Create(Origin(entry), OcsfClass.BaseEvent, 99, OcsfSeverity.Informational, $"{role} {_host}: {entry.Kind}", json =>
        {
            json.WriteStartObject("unmapped");
            json.WriteString("kind", entry.Kind);
            json.WritePropertyName("body");
            entry.Body.WriteTo(json);
            json.WriteEndObject();
        });

    private void WriteWho(Utf8JsonWriter json, string session)
    {
        WriteUser(json, session);
        json.WriteObject("session", ("uid", session));
        json.WriteSource(_open.GetValueOrDefault(session).Remote);
        json.WriteObject("dst_endpoint", ("hostname", _host));
    }

    private void WriteUser(Utf8JsonWriter json, string session)
    {
        string identity = _open.GetValueOrDefault(session).Identity ?? "unknown";
        json.WriteObject("user", ("uid", identity), ("name", identity[(identity.LastIndexOfAny(['/', ':']) + 1)..]));
    }

    private string Who(LedgerEntry entry) => _open.GetValueOrDefault(entry.Session ?? "").Identity ?? "somebody";

    private string Operation(LedgerEntry entry, ulong? number) => number is { } known ? _operations.GetValueOrDefault((entry.Session ?? "", known)) ?? "unknown" : "unknown";

    private OcsfOrigin Origin(LedgerEntry entry) => new(_host, role, entry.Counter, entry.Time, entry.Session);
}
