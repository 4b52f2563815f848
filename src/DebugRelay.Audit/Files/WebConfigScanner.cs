using System.Xml;
using System.Xml.Linq;
using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>web.config as the Release transform leaves it, other *.config files, and pages with tracing.</summary>
internal sealed class WebConfigScanner : IFileScanner
{
    public bool Takes(string path, string name)
    {
        // Transforms are applied to what they transform, and judged there.
        bool isTransform = name.StartsWith("web.", StringComparison.OrdinalIgnoreCase) && !name.Equals("web.config", StringComparison.OrdinalIgnoreCase);
        return (name.EndsWith(".config", StringComparison.OrdinalIgnoreCase) && !isTransform && !name.Equals("packages.config", StringComparison.OrdinalIgnoreCase) && !name.Equals("nuget.config", StringComparison.OrdinalIgnoreCase))
            || name.EndsWith(".aspx", StringComparison.OrdinalIgnoreCase);
    }

    public void Scan(FileScan scan)
    {
        if (scan.Name.EndsWith(".aspx", StringComparison.OrdinalIgnoreCase))
        {
            Page(scan);
            return;
        }
        if (Xml.Read(scan) is not { Root: { } root })
            return;
        if (scan.Name.Equals("web.config", StringComparison.OrdinalIgnoreCase))
            Transform(scan, root);
        Pages(scan, root);
        Logging(scan, root);
        Hosting(scan, root);
        Elmah(scan, root);
    }

    private static void Transform(FileScan scan, XElement root)
    {
        if ((scan.ReadBeside("web.Release.config") ?? scan.ReadBeside("Web.Release.config")) is not { } text)
            return;
        try
        {
            if (Xml.Parse(text).Root is { } transform)
                ConfigTransform.Apply(root, transform);
        }
        catch (XmlException e)
        {
            scan.Unreadable($"its Release transform is no XML ({e.Message.Split('.')[0]})");
        }
    }

    private static void Pages(FileScan scan, XElement root)
    {
        foreach (XElement element in root.DescendantsAndSelf())
        {
            Place place = scan.At(element.Line());
            switch (element.Name.LocalName.ToUpperInvariant())
            {
                case "COMPILATION" when Is(element, "debug", "true"):
                    scan.Add("DBG225", place, "compilation has debug=\"true\"");
                    break;
                case "CUSTOMERRORS" when Is(element, "mode", "Off"):
                    scan.Add("DBG226", place, "customErrors is Off");
                    break;
                case "HTTPERRORS" when Is(element, "errorMode", "Detailed"):
                    scan.Add("DBG226", place, "httpErrors is Detailed");
                    break;
                case "TRACE" when element.Parent?.Name.LocalName == "system.web" && Is(element, "enabled", "true") && !Is(element, "localOnly", "true"):
                    scan.Add("DBG227", place, "trace.axd is enabled for everybody");
                    break;
                case "SERVICEDEBUG" when Is(element, "includeExceptionDetailInFaults", "true"):
                    scan.Add("DBG229", place, "faults carry details of exceptions");
                    break;
            }
        }
    }

    private static void Logging(FileScan scan, XElement root)
    {
        foreach (XElement module in root.All("aspNetCore"))
        {
            if (Is(module, "stdoutLogEnabled", "true"))
                scan.Add("DBG228", scan.At(module.Line()), "standard output is logged to files");
            foreach (XElement setting in module.All("handlerSetting").Where(s => s.Value("name") is "debugFile" or "debugLevel"))
                scan.Add("DBG228", scan.At(setting.Line()), $"{setting.Value("name")} of the module is set");
        }
        // NLog and log4net.
        foreach (XElement logger in root.All("logger").Where(l => l.Value("minlevel") is "Trace" or "Debug" && l.Value("name") is "*" or "Microsoft.*" or "System.*"))
            scan.Add("DBG211", scan.At(logger.Line()), $"the logger {logger.Value("name")} begins at {logger.Value("minlevel")}");
        foreach (XElement level in root.All("root").SelectMany(r => r.Elements()).Where(e => e.Name.LocalName == "level" && e.Value("value")?.ToUpperInvariant() is "DEBUG" or "ALL" or "TRACE"))
            scan.Add("DBG211", scan.At(level.Line()), $"the root logger is at {level.Value("value")}");
        foreach (XElement setting in root.All("add").Where(s => s.Value("connectionString") is { } c && ApplicationJudge.LeaksRows(c)))
            scan.Add("DBG217", scan.At(setting.Line()), $"the connection string {setting.Value("name")} puts row data into errors");
    }

    private static void Hosting(FileScan scan, XElement root)
    {
        Setting[] settings = [.. root.All("environmentVariable").Select(v => new Setting(v.Value("name") ?? "", v.Value("value") ?? "", scan.At(v.Line())))];
        if (settings.Length > 0)
            scan.Add(EnvironmentJudge.Judge(new SettingScope(settings, settings[0].Place) { IsCaseSensitive = false }));
    }

    private static void Elmah(FileScan scan, XElement root)
    {
        foreach (XElement security in root.All("security").Where(s => s.Parent?.Name.LocalName == "elmah" && s.Value("allowRemoteAccess")?.ToUpperInvariant() is "TRUE" or "YES" or "1" or "ON"))
            scan.Add("DBG220", scan.At(security.Line()), "ELMAH answers from afar");
        XElement? handler = root.All("add").FirstOrDefault(a => a.Value("path")?.Equals("elmah.axd", StringComparison.OrdinalIgnoreCase) == true);
        bool guarded = root.All("location").Any(l => l.Value("path")?.Contains("elmah", StringComparison.OrdinalIgnoreCase) == true && l.All("authorization").Any());
        if (handler is not null && !guarded)
            scan.Add("DBG220", scan.At(handler.Line()), "elmah.axd has no authorisation of its own", root.All("security").Any(s => s.Parent?.Name.LocalName == "elmah") ? null : Severity.Medium);
    }

    private static void Page(FileScan scan)
    {
        int end = scan.Text.IndexOf("%>", StringComparison.Ordinal);
        string head = end < 0 ? "" : scan.Text[..end];
        if (head.Contains("<%@", StringComparison.Ordinal) && head.Replace(" ", "", StringComparison.Ordinal).Contains("Trace=\"true\"", StringComparison.OrdinalIgnoreCase))
            scan.Add("DBG227", scan.At(1), "the page is traced", Severity.Medium);
    }

    private static bool Is(XElement element, string attribute, string value) => element.Value(attribute)?.Equals(value, StringComparison.OrdinalIgnoreCase) == true;
}
