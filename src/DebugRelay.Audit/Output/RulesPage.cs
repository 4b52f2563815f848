using System.Text;
using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Audit.Output;

/// <summary>The catalogue as a page of documentation, made from the table that the code goes by.</summary>
public static class RulesPage
{
    private static readonly (char Digit, string Title)[] Groups =
    [
        ('0', "The audit itself"), ('1', "The .NET runtime"), ('2', "ASP.NET, libraries and own code"), ('3', "Images, publish folders and builds"), ('4', "Containers, Kubernetes, systemd and clouds"), ('5', "Beside .NET"),
    ];

    /// <summary>The page as Markdown.</summary>
    public static string Markdown()
    {
        var page = new StringBuilder("# Debug surfaces\n\nMade from the catalogue by `debugrelay audit --list markdown`. `debugrelay audit --explain ID` prints one.\n");
        foreach ((char digit, string title) in Groups)
        {
            page.Append('\n').Append("## ").Append(title).Append("\n\n| rule | severity | what | why | fix | CWE |\n|---|---|---|---|---|---|\n");
            foreach (SurfaceRule rule in SurfaceCatalogue.All.Where(r => r.Id[3] == digit))
                page.Append($"| {rule.Id} | {TextReport.Word(rule.Severity)} | {Cell(rule.Title)} | {Cell(rule.Why)} | {Cell(rule.Fix)} | {rule.Cwe} |\n");
        }
        return page.ToString();
    }

    /// <summary>One rule, for a terminal.</summary>
    public static string Explain(SurfaceRule rule)
        => $"{rule.Id}  {TextReport.Word(rule.Severity)}  {rule.CweId}\n{rule.Title}\n\n{rule.Why}\n\nFix: {rule.Fix}\n";

    private static string Cell(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("<", "&lt;", StringComparison.Ordinal);
}
