using System.Text.Json;
using System.Text.Json.Serialization;

namespace DebugRelay.Scrubbing;

/// <summary>How much was masked, blanked or dropped. Counts only: never a value, nor a part of one.</summary>
/// <param name="Profile">The profile's name.</param>
/// <param name="Rules">
/// Findings by rule: a detector's name, or <c>unscannable</c> (the field was masked as a whole), <c>bytes</c> (byte arrays zeroed),
/// <c>number</c> (a number under a secret name zeroed), <c>private-provider</c> (event types dropped).
/// </param>
/// <param name="Providers">The same by provider (or other source) and rule. Providers past the first 256 are counted as <c>(others)</c>.</param>
public sealed record ScrubReport(
    string Profile,
    IReadOnlyDictionary<string, long> Rules,
    IReadOnlyDictionary<string, IReadOnlyDictionary<string, long>> Providers)
{
    /// <summary>Sum over all rules.</summary>
    [JsonIgnore]
    public long Total => Rules.Values.Sum();

    /// <summary>The report as one line of JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(this, ScrubJson.Default.ScrubReport);

    /// <summary>Reads what <see cref="ToJson"/> wrote.</summary>
    /// <exception cref="JsonException">It is not such a report.</exception>
    public static ScrubReport FromJson(string json) =>
        JsonSerializer.Deserialize(json, ScrubJson.Default.ScrubReport) ?? throw new JsonException("A scrub report must be an object.");
}

/// <summary>Source-generated JSON of a <see cref="ScrubReport"/>.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(ScrubReport))]
public sealed partial class ScrubJson : JsonSerializerContext;
