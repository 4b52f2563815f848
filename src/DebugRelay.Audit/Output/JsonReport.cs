using System.Text.Json;
using System.Text.Json.Serialization;

namespace DebugRelay.Audit.Output;

/// <summary>Findings for programs. Keys are only added, never changed.</summary>
public static class JsonReport
{
    /// <summary>Writes the report.</summary>
    public static void Write(AuditResult result, Stream output)
    {
        var report = new Report(1, result.Files, result.Judged, result.IsIncomplete, [.. result.Findings.Select(Item)]);
        JsonSerializer.Serialize(output, report, ReportJson.Default.Report);
        output.WriteByte((byte)'\n');
    }

    private static ReportItem Item(AuditFinding finding) => new(
        finding.Surface.Rule.Id, TextReport.Word(finding.Surface.Severity), finding.Surface.Rule.Title, finding.Surface.Message, finding.Surface.Place.Path, finding.Surface.Place.Line, finding.Snippet,
        finding.Surface.Rule.Fix, finding.Surface.Rule.CweId, finding.Fingerprint,
        finding.Suppression is { } s ? new ReportSuppression(s.Owner!, s.Reason!, s.Expires!.Value.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture)) : null);
}

internal sealed record Report(int Version, int Files, int Judged, bool Incomplete, IReadOnlyList<ReportItem> Findings);

internal sealed record ReportItem(string Rule, string Severity, string Title, string Message, string Path, int Line, string Snippet, string Fix, string Cwe, string Fingerprint, ReportSuppression? Suppression);

internal sealed record ReportSuppression(string Owner, string Reason, string Expires);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, WriteIndented = true, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Report))]
internal sealed partial class ReportJson : JsonSerializerContext;
