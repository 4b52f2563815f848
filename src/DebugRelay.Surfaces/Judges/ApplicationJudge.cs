using System.Text.RegularExpressions;
using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Variables and configuration keys that ASP.NET, its neighbours and other frameworks read.</summary>
public static partial class ApplicationJudge
{
    private static readonly string[] EnvironmentNames = ["DOTNET_ENVIRONMENT", "ASPNETCORE_ENVIRONMENT", "AZURE_FUNCTIONS_ENVIRONMENT"];

    /// <summary>Levels that log what should not be logged.</summary>
    private static readonly string[] Verbose = ["Trace", "Debug", "Verbose", "All"];

    /// <summary>Judges the variables of a scope.</summary>
    public static IEnumerable<Surface> Judge(SettingScope scope)
    {
        IEnumerable<Surface> found = [.. ErrorsAndHooks(scope), .. scope.Settings.SelectMany(JudgeKey), .. Dashboards(scope)];
        return scope.IsDeployed ? [.. Environments(scope), .. found] : found;
    }

    /// <summary>Judges a configuration key by itself, from a variable or a file.</summary>
    /// <param name="setting">Named by its path with `:` or `__` between parts.</param>
    public static IEnumerable<Surface> JudgeKey(Setting setting)
    {
        if (LevelKey().IsMatch(setting.ConfigurationKey) && Verbose.Any(setting.Is))
            yield return Surface.Of("DBG211", setting.Place, $"{setting.ConfigurationKey} is {setting.Value}", IsFrameworks(setting.ConfigurationKey) ? null : Severity.Low);
        if (LeaksRows(setting.Value))
            yield return Surface.Of("DBG217", setting.Place, $"the connection string in {setting.Name} puts row data into errors");
    }

    /// <summary>Whether a connection string asks for values of rows or parameters in errors and logs.</summary>
    public static bool LeaksRows(string text) => text.Length < 16_384 && RowData().IsMatch(text);

    private static IEnumerable<Surface> Environments(SettingScope scope)
    {
        Setting? winner = scope.Settings.LastOrDefault(s => s.Name.Equals("DOTNET_ENVIRONMENT", StringComparison.OrdinalIgnoreCase));
        foreach (string name in EnvironmentNames)
        {
            if (scope.Settings.LastOrDefault(s => s.Name.Equals(name, StringComparison.OrdinalIgnoreCase)) is not { } setting || !setting.Is("Development"))
                continue;
            bool overridden = name == "ASPNETCORE_ENVIRONMENT" && winner is { IsLiteral: true } && !winner.Is("Development");
            yield return Surface.Of("DBG201", setting.Place,
                overridden ? $"{setting.Name} is Development; DOTNET_ENVIRONMENT={winner!.Value} goes before it, but not in every host" : $"{setting.Name} is Development",
                overridden ? Severity.Medium : null);
        }
    }

    private static IEnumerable<Surface> ErrorsAndHooks(SettingScope scope)
    {
        foreach (string prefix in new[] { "ASPNETCORE_", "DOTNET_" })
        {
            foreach (string key in new[] { "DETAILEDERRORS", "CAPTURESTARTUPERRORS" })
            {
                if (scope.FindKey(prefix + key) is { IsTrue: true } errors)
                    yield return Surface.Of("DBG203", errors.Place, $"{errors.Name} is on");
            }
            if (scope.FindKey(prefix + "HOSTINGSTARTUPASSEMBLIES") is { Value.Length: > 0 } startup && scope.FindKey(prefix + "PREVENTHOSTINGSTARTUP") is not { IsTrue: true })
                yield return Surface.Of("DBG205", startup.Place, $"{startup.Name} runs code of {startup.Value.Trim('"')} while the host is built");
        }
    }

    private static IEnumerable<Surface> Dashboards(SettingScope scope)
    {
        foreach (string prefix in new[] { "DOTNET_DASHBOARD_", "ASPIRE_DASHBOARD_" })
        {
            if (scope.FindKey(prefix + "UNSECURED_ALLOW_ANONYMOUS") is { IsTrue: true } anonymous)
                yield return Surface.Of("DBG416", anonymous.Place, $"{anonymous.Name} opens the dashboard to anybody");
        }
        if (scope.FindKey("Dashboard:Frontend:AuthMode") is { } frontend && frontend.Is("Unsecured"))
            yield return Surface.Of("DBG416", frontend.Place, $"{frontend.Name} is Unsecured");
        if (scope.FindKey("Dashboard:Otlp:AuthMode") is { } otlp && otlp.Is("Unsecured"))
            yield return Surface.Of("DBG417", otlp.Place, $"{otlp.Name} is Unsecured");
        if (scope.FindKey("ASPIRE_ALLOW_UNSECURED_TRANSPORT") is { IsTrue: true } transport)
            yield return Surface.Of("DBG417", transport.Place, $"{transport.Name} allows clear text");
    }

    private static bool IsFrameworks(string key)
    {
        string category = key[(key.LastIndexOf(':') + 1)..];
        return category is "Default" or "MinimumLevel" or "*" || category.StartsWith("Microsoft", StringComparison.OrdinalIgnoreCase) || category.StartsWith("System", StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"^((\w+:)?Logging:(\w+:)?LogLevel:[\w.*]+|Serilog:MinimumLevel(:Default|:Override:[\w.]+)?)$", RegexOptions.IgnoreCase)]
    private static partial Regex LevelKey();

    [GeneratedRegex(@"\b(include\s*error\s*detail|log\s*parameters)\s*=\s*true\b", RegexOptions.IgnoreCase)]
    private static partial Regex RowData();
}
