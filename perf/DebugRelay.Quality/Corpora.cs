using System.Text.Json;
using DebugRelay.Scrubbing;

namespace DebugRelay.Quality;

/// <summary>Reads labelled cases from a folder of corpora, each in the form its origin has.</summary>
internal static class Corpora
{
    private static readonly Dictionary<string, string> Personal = new()
    {
        ["email"] = "email", ["credit_card"] = "creditcard", ["iban"] = "iban", ["ip"] = "ip", ["mac"] = "mac",
        ["EMAIL_ADDRESS"] = "email", ["CREDIT_CARD"] = "creditcard", ["IBAN_CODE"] = "iban", ["IP_ADDRESS"] = "ip", ["pl_pesel"] = "pl-pesel", ["us_ssn"] = "us-ssn", ["uk_nhs"] = "uk-nhs", ["es_nif"] = "es-nif",
        ["es_nie"] = "es-nif", ["it_fiscal_code"] = "it-fiscal-code", ["de_tax_id"] = "de-tax-id", ["se_personnummer"] = "se-personnummer",
        ["fi_personal_identity_code"] = "fi-hetu", ["ca_sin"] = "ca-sin", ["in_aadhaar"] = "in-aadhaar", ["au_tfn"] = "au-tfn",
    };

    /// <summary>Secret scanners' corpora label no addresses and cards: such findings are not judged there.</summary>
    private static readonly HashSet<string> SecretRules = [.. RuleCatalog.All.Where(r => r.Kind == RuleKind.Secret).Select(r => r.Name)];

    public static IEnumerable<Case> Read(string folder)
    {
        foreach (var path in Directory.EnumerateFiles(folder, "*.json*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var corpus = Path.GetFileName(Path.GetDirectoryName(path))!;
            var cases = Path.GetFileName(path) switch
            {
                "samples.jsonl" => Samples(corpus, path),
                "recognizer_cases.jsonl" => Lines(path).Select(c => Recogniser(corpus, c)),
                var name when name.StartsWith("rule_", StringComparison.Ordinal) => Lines(path).Select(c => Snippet(corpus, c)),
                var name when name.EndsWith(".json", StringComparison.Ordinal) => Sentences(corpus, path),
                _ => [],
            };
            foreach (var one in cases)
            {
                yield return one;
            }
        }
    }

    private static IEnumerable<JsonElement> Lines(string path) => File.ReadLines(path).Select(l => JsonDocument.Parse(l).RootElement);

    private static string Of(JsonElement element, string name) => element.TryGetProperty(name, out var value) ? value.GetString() ?? "" : "";

    /// <summary>A whole text with one label: something must be found, or nothing may be.</summary>
    private static Case Snippet(string corpus, JsonElement row)
    {
        var (label, text) = ($"{Of(row, "rule")} {Of(row, "name")}".Replace('-', ' '), Of(row, "text"));
        var isSecret = row.GetProperty("label").GetInt32() == 1;
        var family = isSecret ? Families.Of(label, text) : null;
        return new Case(corpus, label, text, family is null ? [] : [new Expected(-1, -1, family)], isSecret ? new HashSet<string>() : SecretRules);
    }

    private static Case Recogniser(string corpus, JsonElement row)
    {
        var kind = Of(row, "recognizer");
        if (!Personal.TryGetValue(kind, out var rule))
        {
            return new Case(corpus, kind, Of(row, "text"), [], new HashSet<string>());
        }

        var spans = row.GetProperty("spans").EnumerateArray().Select(s => new Expected(s[0].GetInt32(), s[1].GetInt32(), rule)).ToList();
        if (spans.Count == 0 && row.GetProperty("expected") is { ValueKind: JsonValueKind.Number } expected && expected.GetInt32() > 0)
        {
            spans.Add(new Expected(-1, -1, rule));
        }

        return new Case(corpus, kind, Of(row, "text"), spans, rule == "ip" ? new HashSet<string> { "ipv4", "ipv6" } : new HashSet<string> { rule });
    }

    private static IEnumerable<Case> Sentences(string corpus, string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        foreach (var row in document.RootElement.EnumerateArray())
        {
            var spans = row.GetProperty("spans").EnumerateArray().Where(s => Personal.ContainsKey(Of(s, "entity_type"))).Select(s => new Expected(
                s.GetProperty("start_position").GetInt32(), s.GetProperty("end_position").GetInt32(), Personal[Of(s, "entity_type")]));
            yield return new Case(corpus, "sentence", Of(row, "full_text"), [.. spans], null);
        }
    }

    /// <summary>Files with labels by line and column; what either of the two label files names is a secret.</summary>
    private static IEnumerable<Case> Samples(string corpus, string path)
    {
        var labels = Directory.EnumerateFiles(Path.GetDirectoryName(path)!, "labels_*.jsonl").SelectMany(Lines)
            .DistinctBy(l => (Of(l, "path"), l.GetProperty("line").GetInt32(), l.GetProperty("start").GetInt32())).ToLookup(l => Of(l, "path"));
        foreach (var row in Lines(path))
        {
            var text = Of(row, "text");
            var secrets = labels[Of(row, "path")].Select(l => Located(l, text)).OfType<Expected>().ToList();
            yield return new Case(corpus, Path.GetFileName(Of(row, "path")), text, secrets, SecretRules);
        }
    }

    private static Expected? Located(JsonElement label, string text)
    {
        var line = 0;
        for (var left = label.GetProperty("line").GetInt32() - 1; left > 0 && line >= 0; left--)
        {
            line = text.IndexOf('\n', line) + 1;
            line = line == 0 ? -1 : line;
        }

        var value = Of(label, "value");
        var start = line < 0 ? -1 : text.IndexOf(value[..Math.Min(16, value.Length)], line, StringComparison.Ordinal);
        var family = Families.Of(Of(label, "rule"), value);
        return start < 0 || family is null ? null : new Expected(start, start + value.Length, family);
    }
}
