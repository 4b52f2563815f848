using System.Text.Json;
using System.Text.Json.Serialization;

namespace DebugRelay.Fleet;

/// <summary>What a host says of itself at each heartbeat. Others' words: whoever reads it shows it as text, and trusts the subject for the name.</summary>
/// <param name="Host">The host's name.</param>
/// <param name="Time">By the host's clock.</param>
/// <param name="EverySeconds">Seconds between two heartbeats.</param>
/// <param name="Version">Of DebugRelay.</param>
/// <param name="Address">Where its agent listens, `HOST:PORT`.</param>
/// <param name="Health">How its agent is.</param>
/// <param name="Processes">Its .NET processes.</param>
/// <param name="Labels">What whoever runs it calls it by.</param>
/// <param name="Documents">The versions that it has, by kind.</param>
/// <param name="Ledgers">How far its ledgers are on the bus, by role; null where its shipper does not bring them.</param>
public sealed record HostRecord(
    string Host, DateTimeOffset Time, int EverySeconds, string Version, string Address, HostHealth Health, HostProcesses Processes,
    IReadOnlyDictionary<string, string> Labels, IReadOnlyDictionary<string, DocumentState> Documents,
    IReadOnlyDictionary<string, LedgerProgress>? Ledgers = null)
{
    /// <summary>As it is stored.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, FleetJson.Default.HostRecord);

    /// <summary>Reads a record.</summary>
    /// <returns>Null where it is none.</returns>
    public static HostRecord? Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > FleetLimits.RecordBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(utf8, FleetJson.Default.HostRecord) is { EverySeconds: >= 1 and <= 3600 } record ? record : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>How an agent is.</summary>
/// <param name="Ready">Whether it takes sessions.</param>
/// <param name="Problem">Why not; null where it does.</param>
public sealed record HostHealth(bool Ready, string? Problem);

/// <summary>.NET processes of a host, as far as its shipper can see.</summary>
/// <param name="Count">How many.</param>
/// <param name="Names">Their names, each once, at most <see cref="FleetLimits.ProcessNames"/>.</param>
public sealed record HostProcesses(int Count, IReadOnlyList<string> Names);

/// <summary>How far a ledger is on the bus, as its host says.</summary>
/// <param name="Size">Entries that its newest head covers.</param>
/// <param name="Sent">Entries that the bus has taken.</param>
/// <param name="Since">Since when there are some that it has not, by the host's clock; null where there are none.</param>
public sealed record LedgerProgress(long Size, long Sent, DateTimeOffset? Since);

/// <summary>How far a host is with one kind of document.</summary>
/// <param name="Version">The version that lies there.</param>
/// <param name="State">One of <see cref="DocumentStates"/>.</param>
/// <param name="Problem">Why a newer one was refused; null where none was.</param>
public sealed record DocumentState(ulong Version, string State, string? Problem = null);

/// <summary>What a host can say of a document.</summary>
public static class DocumentStates
{
    /// <summary>Agent and broker judge by it.</summary>
    public const string InForce = "in force";

    /// <summary>It lies where agent and broker look; whether they have taken it cannot be seen.</summary>
    public const string Written = "written";

    /// <summary>It was not taken.</summary>
    public const string Refused = "refused";
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, AllowDuplicateProperties = false, RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(HostRecord))]
[JsonSerializable(typeof(FleetDocument))]
[JsonSerializable(typeof(SentHead))]
[JsonSerializable(typeof(Dictionary<string, WatchedHost>))]
[JsonSerializable(typeof(Acknowledgement))]
internal sealed partial class FleetJson : JsonSerializerContext;
