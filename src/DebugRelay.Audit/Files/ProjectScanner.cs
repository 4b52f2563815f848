using System.Xml.Linq;
using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Catalogue;

namespace DebugRelay.Audit.Files;

/// <summary>MSBuild projects, properties and publish profiles.</summary>
internal sealed class ProjectScanner : IFileScanner
{
    private static readonly string[] Endings = ["proj", ".props", ".targets", ".pubxml"];

    public bool Takes(string path, string name) => Endings.Any(e => name.EndsWith(e, StringComparison.OrdinalIgnoreCase));

    public void Scan(FileScan scan)
    {
        if (Xml.Read(scan) is not { Root: { } root })
            return;
        foreach (XElement element in root.DescendantsAndSelf())
            Judge(scan, element);
        if (scan.IsStrict && scan.Name.EndsWith("proj", StringComparison.OrdinalIgnoreCase) && root.All("OutputType").Any(o => o.Value == "Exe") && !root.All("StartupHookSupport").Any(s => s.Value.Equals("false", StringComparison.OrdinalIgnoreCase)))
            scan.Add("DBG108", scan.At(1), "StartupHookSupport is not false");
    }

    private static void Judge(FileScan scan, XElement element)
    {
        string value = element.Value.Trim();
        bool isRelease = Condition(element).Contains("Release", StringComparison.OrdinalIgnoreCase);
        switch (element.Name.LocalName)
        {
            case "PackageReference" or "PackageVersion" or "GlobalPackageReference":
                Package(scan, element, element.Value("Include") ?? element.Value("Update") ?? "");
                break;
            case "RuntimeHostConfigurationOption" when element.Value("Include") == "STARTUP_HOOKS":
                scan.Add("DBG107", scan.At(element.Line()), "the runtime configuration is built with STARTUP_HOOKS");
                break;
            case "RuntimeHostConfigurationOption" when element.Value("Include") == "System.Reflection.Metadata.MetadataUpdater.IsSupported" && IsTrue(element.Value("Value")):
                scan.Add("DBG116", scan.At(element.Line()), "the runtime configuration is built with hot reload");
                break;
            case "EnvironmentName" when value.Equals("Development", StringComparison.OrdinalIgnoreCase) && !Condition(element).Contains("Debug", StringComparison.OrdinalIgnoreCase):
                scan.Add("DBG201", scan.At(element.Line()), "EnvironmentName is Development: the publish writes it into web.config");
                break;
            case "ContainerEnvironmentVariable" when (element.Value("Include") ?? "").EndsWith("ENVIRONMENT", StringComparison.OrdinalIgnoreCase) && (element.Value("Value") ?? value).Equals("Development", StringComparison.OrdinalIgnoreCase):
                scan.Add("DBG201", scan.At(element.Line()), $"{element.Value("Include")} is Development in the image");
                break;
            case "Optimize" when isRelease && value.Equals("false", StringComparison.OrdinalIgnoreCase):
                scan.Add("DBG309", scan.At(element.Line()), "Release is not optimised");
                break;
            case "DefineConstants" when isRelease && value.Split(';', ',').Contains("DEBUG"):
                scan.Add("DBG309", scan.At(element.Line()), "Release is built with DEBUG");
                break;
            case "LastUsedBuildConfiguration" or "Configuration" when scan.Name.EndsWith(".pubxml", StringComparison.OrdinalIgnoreCase) && value.Equals("Debug", StringComparison.OrdinalIgnoreCase):
                scan.Add("DBG309", scan.At(element.Line()), "the publish profile publishes Debug");
                break;
            case "DebugType" when value.Equals("embedded", StringComparison.OrdinalIgnoreCase):
                scan.Add("DBG310", scan.At(element.Line()), "symbols are embedded in the assembly");
                break;
            case "EmbedAllSources" when IsTrue(value):
                scan.Add("DBG310", scan.At(element.Line()), "all sources are embedded in the symbols", Severity.Medium);
                break;
        }
    }

    private static void Package(FileScan scan, XElement element, string package)
    {
        (string Rule, Severity? Severity)? judged = package switch
        {
            "Microsoft.CodeAnalysis.CSharp.Scripting" => ("DBG231", Severity.Note),
            "Microsoft.ApplicationInsights.SnapshotCollector" => ("DBG421", null),
            "Microsoft.AspNetCore.Mvc.Razor.RuntimeCompilation" => ("DBG224", null),
            "OrleansDashboard" or "Microsoft.Orleans.Dashboard" => ("DBG221", Severity.Low),
            _ when package.StartsWith("Glimpse", StringComparison.OrdinalIgnoreCase) => ("DBG221", null),
            _ => null,
        };
        if (judged is var (rule, severity))
            scan.Add(rule, scan.At(element.Line()), $"the package {package} is used", severity);
    }

    private static string Condition(XElement element)
        => string.Concat(element.AncestorsAndSelf().Select(e => e.Value("Condition")));

    private static bool IsTrue(string? value) => value?.Trim().Equals("true", StringComparison.OrdinalIgnoreCase) == true;
}
