using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Variables of tools and runtimes that stand beside a .NET service: dotnet-monitor, clouds, pipelines, Node, Java, Python, PHP.</summary>
internal static class NeighbourJudge
{
    private static readonly string[] Extensions = ["SnapshotDebugger_EXTENSION_VERSION", "InstrumentationEngine_EXTENSION_VERSION", "DiagnosticServices_EXTENSION_VERSION"];

    public static IEnumerable<Surface> Judge(SettingScope scope)
        => [.. scope.Settings.SelectMany(s => Monitor(s)), .. scope.Settings.SelectMany(Clouds), .. scope.Settings.SelectMany(OtherRuntimes)];

    private static IEnumerable<Surface> Monitor(Setting setting)
    {
        const string Prefix = "DotnetMonitor_";
        if (!setting.Name.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase))
            yield break;
        string key = setting.ConfigurationKey[Prefix.Length..];
        if (key.Equals("Urls", StringComparison.OrdinalIgnoreCase) && UrlJudge.IsOpen(setting.Value) is { } why)
            yield return Surface.Of("DBG402", setting.Place, $"{setting.Name}: dotnet-monitor {why}");
        if (key.StartsWith("Authentication:MonitorApiKey:", StringComparison.OrdinalIgnoreCase) && setting.IsLiteral && setting.Value.Length > 0)
            yield return Surface.Of("DBG403", setting.Place, $"{setting.Name} stands here as a literal");
        if (key.StartsWith("InProcessFeatures:", StringComparison.OrdinalIgnoreCase) && setting.IsTrue)
            yield return Surface.Of("DBG403", setting.Place, $"{setting.Name} is on");
    }

    private static IEnumerable<Surface> Clouds(Setting setting)
    {
        if (Extensions.Contains(setting.Name, StringComparer.OrdinalIgnoreCase) && setting.IsLiteral && setting.Value.Length > 0 && !setting.Is("disabled"))
            yield return Surface.Of("DBG421", setting.Place, $"{setting.Name} is {setting.Value}");
        if (setting is { Name: "LAMBDA_NET_SERIALIZER_DEBUG" or "POWERTOOLS_LOGGER_LOG_EVENT", IsTrue: true })
            yield return Surface.Of("DBG423", setting.Place, $"{setting.Name} logs every event");
        if (setting.Name is "POWERTOOLS_LOG_LEVEL" or "AWS_LAMBDA_LOG_LEVEL" && (setting.Is("TRACE") || setting.Is("DEBUG")))
            yield return Surface.Of("DBG423", setting.Place, $"{setting.Name} is {setting.Value}", Severity.Low);
        if (setting is { Name: "ACTIONS_STEP_DEBUG" or "ACTIONS_RUNNER_DEBUG" or "CI_DEBUG_TRACE", IsTrue: true } || (setting.Name.Equals("system.debug", StringComparison.OrdinalIgnoreCase) && setting.IsTrue))
            yield return Surface.Of("DBG425", setting.Place, $"{setting.Name} is on: debug logs hold secrets");
        if (setting.Name.StartsWith("RIDER_", StringComparison.Ordinal) || setting.Name.StartsWith("RESHARPER_", StringComparison.Ordinal))
            yield return Surface.Of("DBG304", setting.Place, $"{setting.Name} is for JetBrains' remote tools");
    }

    private static IEnumerable<Surface> OtherRuntimes(Setting setting)
    {
        if (setting.Name is "NODE_OPTIONS" or "JAVA_TOOL_OPTIONS" or "JAVA_OPTS" or "JDK_JAVA_OPTIONS" or "CATALINA_OPTS" or "_JAVA_OPTIONS")
            return OtherRuntimeJudge.JudgeOptions(setting.Value, setting.Place);
        if (setting is { Name: "FLASK_DEBUG", IsTrue: true })
            return [Surface.Of("DBG507", setting.Place, "FLASK_DEBUG is on")];
        if (setting is { Name: "APP_DEBUG", IsTrue: true })
            return [Surface.Of("DBG508", setting.Place, "APP_DEBUG is on")];
        if (setting.Name == "XDEBUG_MODE" && setting.Value.Contains("debug", StringComparison.OrdinalIgnoreCase))
            return [Surface.Of("DBG508", setting.Place, "XDEBUG_MODE is debug")];
        return [];
    }
}
