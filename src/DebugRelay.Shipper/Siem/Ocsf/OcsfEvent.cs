using System.Buffers;
using System.Globalization;
using System.Net;
using System.Text.Json;

namespace DebugRelay.Shipper.Siem.Ocsf;

/// <summary>Where an event comes from.</summary>
/// <param name="Host">The host.</param>
/// <param name="Log">`agent`, `broker`, or `recordings`.</param>
/// <param name="Sequence">The entry's place in that log.</param>
/// <param name="Time">The host's clock.</param>
/// <param name="Session">The session; null where the event is about none.</param>
internal sealed record OcsfOrigin(string Host, string Log, long Sequence, DateTimeOffset Time, string? Session);

/// <summary>Writes one event: what every class requires, then what the class does.</summary>
internal static class OcsfEvent
{
    /// <summary>Makes an event.</summary>
    /// <param name="origin">Where it comes from.</param>
    /// <param name="classUid">One of <see cref="OcsfClass"/>.</param>
    /// <param name="activity">The class's `activity_id`.</param>
    /// <param name="severity">How much it matters.</param>
    /// <param name="message">One line for people.</param>
    /// <param name="rest">Writes the class's own attributes.</param>
    public static AuditEvent Create(OcsfOrigin origin, int classUid, int activity, OcsfSeverity severity, string message, Action<Utf8JsonWriter> rest)
    {
        var buffer = new ArrayBufferWriter<byte>(1024);
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteNumber("class_uid", classUid);
            json.WriteNumber("category_uid", classUid / 1000);
            json.WriteNumber("activity_id", activity);
            json.WriteNumber("type_uid", (classUid * 100L) + activity);
            json.WriteNumber("severity_id", (int)severity);
            json.WriteNumber("time", origin.Time.ToUnixTimeMilliseconds());
            json.WriteString("message", message);
            WriteMetadata(json, origin, classUid, activity);
            rest(json);
            json.WriteEndObject();
        }
        return new AuditEvent(origin.Time, origin.Host, classUid, (int)severity, message, origin.Log, buffer.WrittenSpan.ToArray());
    }

    /// <summary>An object with text members; those that are null are left out.</summary>
    public static void WriteObject(this Utf8JsonWriter json, string name, params ReadOnlySpan<(string Name, string? Value)> members)
    {
        json.WriteStartObject(name);
        foreach ((string member, string? value) in members)
        {
            if (value is not null)
                json.WriteString(member, value);
        }
        json.WriteEndObject();
    }

    public static void WriteStatus(this Utf8JsonWriter json, bool success, string? code, string? detail)
    {
        json.WriteNumber("status_id", success ? 1 : 2);
        json.WriteString("status", success ? "Success" : "Failure");
        if (code is not null)
            json.WriteString("status_code", code);
        if (detail is not null)
            json.WriteString("status_detail", detail);
    }

    /// <summary>`src_endpoint`: the client's address. The broker's ledger does not know it, and says so.</summary>
    public static void WriteSource(this Utf8JsonWriter json, string? remote)
    {
        json.WriteStartObject("src_endpoint");
        if (remote is not null && IPEndPoint.TryParse(remote, out IPEndPoint? address))
        {
            json.WriteString("ip", address.Address.ToString());
            json.WriteNumber("port", address.Port);
        }
        else
            json.WriteString("name", remote ?? "unknown");
        json.WriteEndObject();
    }

    /// <summary>The id names the entry: whoever gets an event twice can tell.</summary>
    private static void WriteMetadata(Utf8JsonWriter json, OcsfOrigin origin, int classUid, int activity)
    {
        json.WriteStartObject("metadata");
        json.WriteString("version", OcsfClass.SchemaVersion);
        json.WriteObject("product", ("name", "DebugRelay"), ("vendor_name", "DebugRelay"), ("version", typeof(OcsfEvent).Assembly.GetName().Version?.ToString(3)));
        json.WriteString("uid", string.Create(CultureInfo.InvariantCulture, $"{origin.Host}/{origin.Log}/{origin.Sequence}/{classUid}.{activity}"));
        json.WriteString("log_name", origin.Log);
        json.WriteNumber("sequence", origin.Sequence);
        if (origin.Session is not null)
            json.WriteString("correlation_uid", origin.Session);
        json.WriteEndObject();
    }
}
