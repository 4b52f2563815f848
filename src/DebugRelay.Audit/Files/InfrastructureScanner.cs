using System.Text.RegularExpressions;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>Bicep and Terraform, line by line: literals, and parameters whose default is one.</summary>
internal sealed partial class InfrastructureScanner : IFileScanner
{
    public bool Takes(string path, string name)
        => name.EndsWith(".bicep", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tf", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".tfvars", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".bicepparam", StringComparison.OrdinalIgnoreCase);

    public void Scan(FileScan scan)
    {
        Dictionary<string, string> defaults = Defaults(scan.Text);
        var settings = new List<Setting>();
        string? pendingName = null;
        for (int line = 1; line <= scan.Source.LineCount; line++)
        {
            string text = scan.Source.Line(line).Trim().ToString();
            if (text.StartsWith('#') || text.StartsWith("//", StringComparison.Ordinal))
                continue;
            foreach (Match pair in Pair().Matches(text))
            {
                var setting = new Setting(pair.Groups["name"].Value.Trim('"', '\''), Resolve(pair.Groups["value"].Value, defaults), scan.At(line));
                InfrastructureJudge.Property(scan, setting);
                // Bicep: { name: 'X' value: 'Y' }, on one line or two. Terraform: "X" = "Y".
                if (setting.Name == "name")
                    pendingName = setting.Value;
                else if (setting.Name == "value" && pendingName is not null)
                    settings.Add(setting with { Name = pendingName });
                else
                    settings.Add(setting);
            }
            if (text.StartsWith('}'))
                pendingName = null;
        }
        scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, scan.At(1)) { IsCaseSensitive = false }));
    }

    private static string Resolve(string value, Dictionary<string, string> defaults)
    {
        string bare = value.Trim().TrimEnd(',').Trim('"', '\'');
        string name = bare.StartsWith("var.", StringComparison.Ordinal) ? bare[4..] : bare;
        return defaults.GetValueOrDefault(name, bare);
    }

    private static Dictionary<string, string> Defaults(string text)
    {
        var defaults = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (Match parameter in BicepParameter().Matches(text))
            defaults[parameter.Groups[1].Value] = parameter.Groups[2].Value.Trim().Trim('\'');
        foreach (Match variable in TerraformVariable().Matches(text))
            defaults[variable.Groups[1].Value] = variable.Groups[2].Value.Trim().Trim('"');
        return defaults;
    }

    [GeneratedRegex(@"(?<name>""[\w:.]+""|'[\w:.]+'|[\w]+)\s*[:=]\s*(?<value>""[^""]*""|'[^']*'|[\w.]+)")]
    private static partial Regex Pair();

    [GeneratedRegex(@"^\s*param\s+(\w+)\s+\w+\s*=\s*([^\r\n]+)", RegexOptions.Multiline)]
    private static partial Regex BicepParameter();

    [GeneratedRegex(@"variable\s+""(\w+)""\s*\{[^}]*?\bdefault\s*=\s*([^\r\n}]+)")]
    private static partial Regex TerraformVariable();
}
