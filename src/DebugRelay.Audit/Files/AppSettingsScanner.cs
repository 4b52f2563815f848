using System.Text.RegularExpressions;
using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;
using DebugRelay.Surfaces.Judges;

namespace DebugRelay.Audit.Files;

/// <summary>appsettings*.json, and settings files of dotnet-monitor and Aspire. Those for Development are left alone unless they are shipped.</summary>
internal sealed partial class AppSettingsScanner : IFileScanner
{
    public bool Takes(string path, string name)
        => name.EndsWith(".json", StringComparison.OrdinalIgnoreCase)
            && (name.StartsWith("appsettings", StringComparison.OrdinalIgnoreCase) || name is "settings.json" or "hostsettings.json" or "local.settings.json");

    public void Scan(FileScan scan)
    {
        if (JsonKeys.Read(scan) is not { } keys)
            return;
        if (scan.Name.Contains("Development", StringComparison.OrdinalIgnoreCase))
        {
            Shipped(scan, keys);
            return;
        }
        if (scan.Name.StartsWith("appsettings", StringComparison.OrdinalIgnoreCase) || scan.Name == "hostsettings.json")
        {
            foreach (Setting key in keys)
                Judge(scan, key);
        }
        else if (scan.Name == "settings.json" && !scan.Source.Path.Contains(".vscode/", StringComparison.Ordinal))
        {
            Monitor(scan, keys);
        }
    }

    private static void Judge(FileScan scan, Setting key)
    {
        scan.Add(ApplicationJudge.JudgeKey(key));
        string last = key.Name[(key.Name.LastIndexOf(':') + 1)..];
        (string Rule, string Message, Severity? Severity)? judged = key.Name switch
        {
            _ when last.Equals("DetailedErrors", StringComparison.OrdinalIgnoreCase) && key.IsTrue && IsBlazor(key.Name) => ("DBG214", "circuits show details of errors", null),
            _ when last is "DetailedErrors" or "CaptureStartupErrors" && key.IsTrue => ("DBG203", $"{key.Name} is on", null),
            _ when last == "EnableDetailedErrors" && key.IsTrue => ("DBG213", $"{key.Name} is on", null),
            _ when last.Equals("LoggingFields", StringComparison.OrdinalIgnoreCase) && BodyFields().IsMatch(key.Value) => ("DBG210", $"{key.Name} is {key.Value}", null),
            _ when key.Name.Contains("RequestHeaders", StringComparison.OrdinalIgnoreCase) && (key.Is("Authorization") || key.Is("Cookie")) => ("DBG210", $"the header {key.Value} is logged", null),
            _ when last == "DeveloperMode" && key.IsTrue => ("DBG232", "telemetry is in developer mode", null),
            _ when last == "SetDbStatementForText" && key.IsTrue => ("DBG232", "telemetry records the text of SQL", null),
            _ when last is "IsLoggingContentEnabled" && key.IsTrue => ("DBG212", "the content of requests is logged", null),
            _ when key.Name.Equals("Dashboard:Frontend:AuthMode", StringComparison.OrdinalIgnoreCase) && key.Is("Unsecured") => ("DBG416", "the dashboard is open to anybody", null),
            _ when key.Name.Equals("Dashboard:Otlp:AuthMode", StringComparison.OrdinalIgnoreCase) && key.Is("Unsecured") => ("DBG417", "the dashboard takes telemetry from anybody", null),
            _ when Switch().IsMatch(last) && key.IsTrue => ("DBG426", $"{key.Name} looks like a switch that was to be temporary", null),
            _ => null,
        };
        if (judged is var (rule, message, severity))
            scan.Add(rule, key.Place, message, severity);
    }

    /// <summary>The developer's settings in a folder of what is shipped.</summary>
    private static void Shipped(FileScan scan, IReadOnlyList<Setting> keys)
    {
        if (!PublishFolder.IsOne(scan.Folder))
            return;
        bool secret = keys.Any(k => k.Name.StartsWith("ConnectionStrings:", StringComparison.OrdinalIgnoreCase) && k.Value.Contains('=', StringComparison.Ordinal) || (SecretName().IsMatch(k.Name) && k.Value.Length > 5));
        scan.Add("DBG202", scan.At(1), secret ? "the developer's settings are shipped, and hold what looks like a secret" : "the developer's settings are shipped", secret ? Severity.High : null);
    }

    private static void Monitor(FileScan scan, IReadOnlyList<Setting> keys)
    {
        foreach (Setting key in keys.Where(k => k.Name.Equals("Urls", StringComparison.OrdinalIgnoreCase) && keys.Any(o => o.Name.Contains("DiagnosticPort", StringComparison.OrdinalIgnoreCase) || o.Name.StartsWith("Authentication", StringComparison.OrdinalIgnoreCase))))
        {
            if (UrlJudge.IsOpen(key.Value) is { } why)
                scan.Add("DBG402", key.Place, $"dotnet-monitor {why}");
        }
    }

    private static bool IsBlazor(string name) => name.Contains("Circuit", StringComparison.OrdinalIgnoreCase) || name.Contains("Blazor", StringComparison.OrdinalIgnoreCase);

    [GeneratedRegex(@"\bAll\b|Body\b", RegexOptions.IgnoreCase)]
    private static partial Regex BodyFields();

    [GeneratedRegex(@"(debug|bypass|verbose)", RegexOptions.IgnoreCase)]
    private static partial Regex Switch();

    [GeneratedRegex(@"(password|secret|apikey|api_key|token|accesskey)$", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
