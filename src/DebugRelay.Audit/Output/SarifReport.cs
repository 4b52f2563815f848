using System.Globalization;
using System.Text.Json;
using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Audit.Output;

/// <summary>Findings as SARIF 2.1.0, for code hosting and dashboards.</summary>
/// <remarks>URIs are relative to what was audited; fingerprints hold no line numbers; accepted findings are there as suppressed; CWE is given as a taxonomy.</remarks>
public static class SarifReport
{
    private const string Schema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

    /// <summary>Writes the report.</summary>
    /// <param name="result">What was found.</param>
    /// <param name="version">The tool's version, `1.2.3`.</param>
    /// <param name="output">Where to.</param>
    public static void Write(AuditResult result, string version, Stream output)
    {
        using var json = new Utf8JsonWriter(output, new JsonWriterOptions { Indented = true });
        SurfaceRule[] rules = [.. result.Findings.Select(f => f.Surface.Rule).Distinct().OrderBy(r => r.Id, StringComparer.Ordinal)];
        json.WriteStartObject();
        json.WriteString("$schema", Schema);
        json.WriteString("version", "2.1.0");
        json.WriteStartArray("runs");
        json.WriteStartObject();
        Tool(json, version, rules);
        Taxonomies(json, rules);
        Invocation(json, result);
        json.WriteStartObject("originalUriBaseIds");
        json.WriteStartObject("ROOT");
        json.WriteStartObject("description");
        json.WriteString("text", "The folder that was audited.");
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteString("columnKind", "utf16CodeUnits");
        json.WriteStartArray("results");
        foreach (AuditFinding finding in result.Findings)
            Result(json, finding, Array.IndexOf(rules, finding.Surface.Rule));
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        output.WriteByte((byte)'\n');
    }

    private static void Tool(Utf8JsonWriter json, string version, SurfaceRule[] rules)
    {
        json.WriteStartObject("tool");
        json.WriteStartObject("driver");
        json.WriteString("name", "debugrelay audit");
        json.WriteString("semanticVersion", version);
        json.WriteStartArray("supportedTaxonomies");
        json.WriteStartObject();
        json.WriteString("name", "CWE");
        json.WriteNumber("index", 0);
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartArray("rules");
        foreach (SurfaceRule rule in rules)
            Rule(json, rule, rules);
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Rule(Utf8JsonWriter json, SurfaceRule rule, SurfaceRule[] rules)
    {
        json.WriteStartObject();
        json.WriteString("id", rule.Id);
        Text(json, "shortDescription", rule.Title);
        Text(json, "fullDescription", rule.Why);
        Text(json, "help", $"{rule.Why} {rule.Fix}");
        json.WriteStartObject("defaultConfiguration");
        json.WriteString("level", Level(rule.Severity));
        json.WriteEndObject();
        json.WriteStartArray("relationships");
        json.WriteStartObject();
        json.WriteStartObject("target");
        json.WriteString("id", rule.Cwe.ToString(CultureInfo.InvariantCulture));
        json.WriteNumber("index", Array.IndexOf(Cwes(rules), rule.Cwe));
        Component(json);
        json.WriteEndObject();
        json.WriteStartArray("kinds");
        json.WriteStringValue("superset");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("properties");
        json.WriteString("security-severity", Score(rule.Severity));
        json.WriteStartArray("tags");
        json.WriteStringValue("security");
        json.WriteStringValue($"external/cwe/cwe-{rule.Cwe:000}");
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Taxonomies(Utf8JsonWriter json, SurfaceRule[] rules)
    {
        json.WriteStartArray("taxonomies");
        json.WriteStartObject();
        json.WriteString("name", "CWE");
        json.WriteString("organization", "MITRE");
        json.WriteString("informationUri", "https://cwe.mitre.org/");
        Text(json, "shortDescription", "The Common Weakness Enumeration");
        json.WriteStartArray("taxa");
        foreach (int cwe in Cwes(rules))
        {
            json.WriteStartObject();
            json.WriteString("id", cwe.ToString(CultureInfo.InvariantCulture));
            json.WriteString("helpUri", $"https://cwe.mitre.org/data/definitions/{cwe}.html");
            json.WriteEndObject();
        }
        json.WriteEndArray();
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Invocation(Utf8JsonWriter json, AuditResult result)
    {
        json.WriteStartArray("invocations");
        json.WriteStartObject();
        json.WriteBoolean("executionSuccessful", !result.IsIncomplete);
        json.WriteEndObject();
        json.WriteEndArray();
    }

    private static void Result(Utf8JsonWriter json, AuditFinding finding, int rule)
    {
        json.WriteStartObject();
        json.WriteString("ruleId", finding.Surface.Rule.Id);
        json.WriteNumber("ruleIndex", rule);
        json.WriteString("level", Level(finding.Surface.Severity));
        Text(json, "message", $"{finding.Surface.Message}.");
        json.WriteStartArray("locations");
        json.WriteStartObject();
        json.WriteStartObject("physicalLocation");
        json.WriteStartObject("artifactLocation");
        json.WriteString("uri", string.Join('/', finding.Surface.Place.Path.Split('/').Select(Uri.EscapeDataString)));
        json.WriteString("uriBaseId", "ROOT");
        json.WriteEndObject();
        json.WriteStartObject("region");
        json.WriteNumber("startLine", finding.Surface.Place.Line);
        if (finding.Snippet.Length > 0)
            Text(json, "snippet", finding.Snippet);
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndObject();
        json.WriteEndArray();
        json.WriteStartObject("partialFingerprints");
        json.WriteString("debugrelay/v1", finding.Fingerprint);
        json.WriteEndObject();
        if (finding.Suppression is { } suppression)
        {
            json.WriteStartArray("suppressions");
            json.WriteStartObject();
            json.WriteString("kind", suppression.Line > 0 ? "inSource" : "external");
            json.WriteString("status", "accepted");
            json.WriteString("justification", $"{suppression.Reason} (owner {suppression.Owner}, until {suppression.Expires:yyyy-MM-dd})");
            json.WriteEndObject();
            json.WriteEndArray();
        }
        json.WriteEndObject();
    }

    private static int[] Cwes(SurfaceRule[] rules) => [.. rules.Select(r => r.Cwe).Distinct().Order()];

    private static void Component(Utf8JsonWriter json)
    {
        json.WriteStartObject("toolComponent");
        json.WriteString("name", "CWE");
        json.WriteNumber("index", 0);
        json.WriteEndObject();
    }

    private static void Text(Utf8JsonWriter json, string name, string text)
    {
        json.WriteStartObject(name);
        json.WriteString("text", text);
        json.WriteEndObject();
    }

    private static string Level(Severity severity) => severity switch
    {
        Severity.Critical or Severity.High => "error",
        Severity.Medium => "warning",
        _ => "note",
    };

    /// <summary>The number that code hosting sorts by, from 0 to 10.</summary>
    private static string Score(Severity severity) => severity switch
    {
        Severity.Critical => "9.5",
        Severity.High => "8.0",
        Severity.Medium => "5.5",
        Severity.Low => "3.0",
        _ => "1.0",
    };
}
