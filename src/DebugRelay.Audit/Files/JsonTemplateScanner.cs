using System.Text.RegularExpressions;
using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>JSON that deploys: ARM and CloudFormation templates, with parameters that have a default filled in. package.json's scripts too.</summary>
internal sealed partial class JsonTemplateScanner : IFileScanner
{
    private static readonly string[] Marks = ["deploymentTemplate.json", "\"Microsoft.", "AWSTemplateFormatVersion", "\"AWS::", "enableExecuteCommand", "remoteDebuggingEnabled"];

    public bool Takes(string path, string name)
        => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase) && !name.StartsWith("appsettings", StringComparison.OrdinalIgnoreCase)
            && !name.EndsWith(".deps.json", StringComparison.OrdinalIgnoreCase) && !name.Contains("runtimeconfig", StringComparison.OrdinalIgnoreCase)
            && name is not ("package-lock.json" or "project.assets.json" or "launchSettings.json" or "settings.json" or "tsconfig.json" or "global.json" or "dotnet-tools.json");

    public void Scan(FileScan scan)
    {
        bool isPackage = scan.Name == "package.json";
        if (!isPackage && !Marks.Any(m => scan.Text.Contains(m, StringComparison.Ordinal)))
            return;
        if (JsonKeys.Read(scan) is not { } keys)
            return;
        if (isPackage)
            Package(scan, keys);
        else
            Template(scan, keys);
    }

    private static void Package(FileScan scan, IReadOnlyList<Setting> keys)
    {
        foreach (Setting script in keys.Where(k => k.Name is "scripts:start" or "scripts:serve" or "scripts:prod" or "scripts:production"))
            scan.Add(CommandJudge.Judge(new CommandLine(ShellScript.Words(script.Value), CommandUse.EntryPoint, script.Place)));
    }

    private static void Template(FileScan scan, IReadOnlyList<Setting> keys)
    {
        Dictionary<string, string> defaults = keys.Where(k => k.Name.StartsWith("parameters:", StringComparison.Ordinal) && k.Name.EndsWith(":defaultValue", StringComparison.Ordinal))
            .GroupBy(k => k.Name.Split(':')[1]).ToDictionary(g => g.Key, g => g.First().Value);
        Setting[] resolved = [.. keys.Select(k => Parameter().Match(k.Value) is { Success: true } p ? k with { Value = defaults.GetValueOrDefault(p.Groups[1].Value, k.Value) } : k)];
        foreach (Setting key in resolved.Where(k => !k.Name.StartsWith("parameters:", StringComparison.Ordinal)))
            InfrastructureJudge.Property(scan, key);
        scan.Add(EnvironmentJudge.Judge(new SettingScope([.. Variables(resolved)], scan.At(1)) { IsCaseSensitive = false }));
    }

    /// <summary>Settings written as a pair of `name` and `value`, as properties of `appsettings`, or as `Variables` of a function.</summary>
    private static IEnumerable<Setting> Variables(Setting[] keys)
    {
        Dictionary<string, Setting> byPath = keys.GroupBy(k => k.Name).ToDictionary(g => g.Key, g => g.First());
        foreach (Setting key in keys)
        {
            if (key.Name.EndsWith(":name", StringComparison.Ordinal) && byPath.TryGetValue(key.Name[..^4] + "value", out Setting? value))
                yield return value with { Name = key.Value };
            else if (key.Name.Contains(":properties:", StringComparison.Ordinal) || key.Name.Contains(":Variables:", StringComparison.Ordinal))
                yield return key with { Name = key.Name[(key.Name.LastIndexOf(':') + 1)..] };
        }
    }

    [GeneratedRegex(@"^\[parameters\('(\w+)'\)\]$")]
    private static partial Regex Parameter();
}
