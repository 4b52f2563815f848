using System.Globalization;
using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Audit.Output;

/// <summary>Findings for people: the worst first, each with its line and what to do.</summary>
public static class TextReport
{
    /// <summary>Writes the report.</summary>
    public static void Write(AuditResult result, TextWriter output)
    {
        foreach (AuditFinding finding in result.Open.OrderByDescending(f => f.Surface.Severity))
        {
            output.WriteLine($"{Printable(finding.Surface.Place.Path)}:{finding.Surface.Place.Line}  {Word(finding.Surface.Severity)}  {finding.Surface.Rule.Id}  {Printable(finding.Surface.Message)}");
            if (finding.Snippet.Length > 0)
                output.WriteLine($"    {Printable(finding.Snippet)}");
            output.WriteLine($"    fix: {finding.Surface.Rule.Fix}");
        }
        if (result.Open.Any())
            output.WriteLine();
        output.WriteLine(Summary(result));
    }

    /// <summary>One line of counts.</summary>
    public static string Summary(AuditResult result)
    {
        string[] counts = [.. result.Open.GroupBy(f => f.Surface.Severity).OrderByDescending(g => g.Key).Select(g => string.Create(CultureInfo.InvariantCulture, $"{g.Count()} {Word(g.Key)}"))];
        int accepted = result.Findings.Count(f => f.Suppression is not null);
        string found = counts.Length == 0 ? "nothing found" : string.Join(", ", counts);
        return string.Create(CultureInfo.InvariantCulture, $"{found}{(accepted > 0 ? $"; {accepted} accepted" : "")}; {result.Judged} of {result.Files} files judged{(result.IsIncomplete ? ", some could not be read" : "")}");
    }

    /// <summary>`high`.</summary>
    public static string Word(Severity severity) => severity switch
    {
        Severity.Critical => "critical",
        Severity.High => "high",
        Severity.Medium => "medium",
        Severity.Low => "low",
        _ => "note",
    };

    /// <summary>A file's text must not steer the terminal.</summary>
    private static string Printable(string text) => string.Concat(text.Select(c => char.IsControl(c) && c != '\t' ? '\uFFFD' : c));
}
