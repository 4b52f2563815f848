using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit.Suppressions;

/// <summary>The file of accepted findings: each with its owner, its reason and its end.</summary>
public sealed class Baseline
{
    private Baseline(string path, IReadOnlyList<Suppression> suppressions) => (Path, Suppressions) = (path, suppressions);

    /// <summary>Where it was read.</summary>
    public string Path { get; }

    /// <summary>What it accepts.</summary>
    public IReadOnlyList<Suppression> Suppressions { get; }

    /// <summary>Reads a baseline.</summary>
    /// <exception cref="AuditException">It is no baseline, or has a key that is not known.</exception>
    public static Baseline Load(string path)
    {
        try
        {
            BaselineFile file = JsonSerializer.Deserialize(File.ReadAllBytes(path), BaselineJson.Default.BaselineFile) ?? throw new JsonException("it is empty");
            if (file.Version != 1)
                throw new JsonException($"version {file.Version} is not known");
            string name = System.IO.Path.GetFileName(path);
            return new Baseline(path, [.. file.Suppressions.Select(s => new Suppression(s.Rule.ToUpperInvariant(), s.Path, s.Owner, s.Reason, Day(s.Expires)) { Fingerprint = s.Fingerprint, Place = new Place(name) })]);
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new AuditException($"{path} is no baseline: {e.Message}");
        }
    }

    /// <summary>Accepts findings until a day, as a baseline's text.</summary>
    public static string Write(IEnumerable<AuditFinding> findings, string owner, string reason, DateOnly expires)
    {
        var file = new BaselineFile(1, [.. findings.Where(f => f.Suppression is null && f.Surface.Rule.Id is not ("DBG001" or "DBG002" or "DBG003" or "DBG004"))
            .Select(f => new BaselineEntry(f.Surface.Rule.Id, f.Surface.Place.Path, f.Fingerprint, owner, reason, expires.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)))]);
        return Encoding.UTF8.GetString(JsonSerializer.SerializeToUtf8Bytes(file, BaselineJson.Default.BaselineFile)) + "\n";
    }

    private static DateOnly? Day(string? text)
        => DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out DateOnly day) ? day : null;
}

/// <summary>A baseline as it is written.</summary>
internal sealed record BaselineFile([property: JsonRequired] int Version, [property: JsonRequired] IReadOnlyList<BaselineEntry> Suppressions);

/// <summary>One accepted finding as it is written.</summary>
internal sealed record BaselineEntry([property: JsonRequired] string Rule, [property: JsonRequired] string Path, string? Fingerprint, string? Owner, string? Reason, string? Expires);

/// <summary>Strict: a key that is not known would be a limit that somebody believes in.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, WriteIndented = true,
    ReadCommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(BaselineFile))]
internal sealed partial class BaselineJson : JsonSerializerContext;
