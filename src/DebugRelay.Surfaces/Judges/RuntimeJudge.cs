using DebugRelay.Surfaces.Catalogue;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Surfaces.Judges;

/// <summary>Variables that the runtime and the host of .NET read.</summary>
internal static class RuntimeJudge
{
    private static readonly (string Rule, string Knob)[] Switches =
    [
        ("DBG112", "CreateDumpDiagnostics"), ("DBG112", "CreateDumpVerboseDiagnostics"),
        ("DBG115", "PerfMapEnabled"), ("DBG115", "EnableUserEvents"),
        ("DBG116", "ForceEnc"), ("DBG118", "JITMinOpts"),
        ("DBG119", "LogEnable"), ("DBG119", "StressLog"), ("DBG119", "GCLogEnabled"), ("DBG119", "GCConfigLogEnabled"), ("DBG119", "HeapVerify"), ("DBG119", "DebugWriteToStdErr"),
    ];

    private static readonly (string Rule, string Knob)[] Texts =
        [("DBG112", "CreateDumpLogToFile"), ("DBG115", "PerfMapJitDumpPath"), ("DBG118", "JitDisasm"), ("DBG118", "JitStdOutFile"), ("DBG119", "GCLogFile")];

    private static readonly string[] PublicFolders = ["/mnt/", "/share", "/srv/", "/tmp/", "/var/tmp/", "/host", "wwwroot", "/var/www"];

    public static IEnumerable<Surface> Judge(SettingScope scope)
        => [.. Ineffective(scope), .. Ports(scope), .. Hooks(scope), .. Profilers(scope), .. Dumps(scope), .. Switched(scope), .. Open(scope)];

    /// <summary>Switches that are meant to close a door and do not.</summary>
    private static IEnumerable<Surface> Ineffective(SettingScope scope)
    {
        foreach (Setting setting in scope.Settings.Where(s => s.IsLiteral && s.Value.Length > 0))
        {
            if (ClrKnobs.KnobOf(setting.Name) is not { } knob || !ClrKnobs.IsProtective(knob))
                continue;
            string exact = Exact(knob);
            bool isExact = setting.Name is var name && (name == "DOTNET_" + exact || name == "COMPlus_" + exact);
            if (scope.IsCaseSensitive && !isExact)
                yield return Surface.Of("DBG102", setting.Place, $"{setting.Name} is not the name of a knob: outside Windows it is DOTNET_{exact}, in exactly this case");
            else if (ClrKnobs.Number(setting) is null)
                yield return Surface.Of("DBG102", setting.Place, $"{setting.Name}={setting.Value} is no hexadecimal number and switches nothing off");
            else if (ClrKnobs.Number(setting) == 0 && ClrKnobs.Find(scope, exact) is { } holds && ClrKnobs.Number(holds) is > 0)
                yield return Surface.Of("DBG102", setting.Place, $"{setting.Name}=0 is overridden by {holds.Name}={holds.Value}");
        }
    }

    private static string Exact(string knob) => knob.ToUpperInvariant() switch
    {
        "ENABLEDIAGNOSTICS" => "EnableDiagnostics",
        "ENABLEDIAGNOSTICS_IPC" => "EnableDiagnostics_IPC",
        "ENABLEDIAGNOSTICS_DEBUGGER" => "EnableDiagnostics_Debugger",
        _ => "EnableDiagnostics_Profiler",
    };

    private static IEnumerable<Surface> Ports(SettingScope scope)
    {
        if (ClrKnobs.Find(scope, "DiagnosticPorts") is { Value.Length: > 0 } ports)
        {
            foreach (string port in ports.Value.Trim('"', '\'').Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                string[] parts = port.Split(',', StringSplitOptions.TrimEntries);
                if (parts.Contains("listen", StringComparer.OrdinalIgnoreCase))
                {
                    yield return Surface.Of("DBG104", ports.Place, $"diagnostic port {parts[0]} says listen, which the runtime ignores", Severity.Note);
                    continue;
                }
                yield return Surface.Of("DBG104", ports.Place, $"the runtime connects to the diagnostic port {parts[0]} and obeys whoever listens there");
                if (!parts.Contains("nosuspend", StringComparer.OrdinalIgnoreCase))
                    yield return Surface.Of("DBG105", ports.Place, $"diagnostic port {parts[0]} lacks nosuspend: the process waits for a tool");
            }
        }
        if (ClrKnobs.On(scope, "DefaultDiagnosticPortSuspend") is { } suspend)
            yield return Surface.Of("DBG105", suspend.Place, $"{suspend.Name} makes the process wait for a tool");
    }

    private static IEnumerable<Surface> Hooks(SettingScope scope)
    {
        if (scope.Find("DOTNET_STARTUP_HOOKS") is { } hooks && hooks.Value.Trim('"', '\'', ' ').Length > 0)
            yield return Surface.Of("DBG106", hooks.Place, $"DOTNET_STARTUP_HOOKS loads {hooks.Value.Trim('"', '\'')} before Main");
        foreach (string name in new[] { "DOTNET_ADDITIONAL_DEPS", "DOTNET_SHARED_STORE" })
        {
            if (scope.Find(name) is { Value.Length: > 0 } probing)
                yield return Surface.Of("DBG109", probing.Place, $"{name} redirects from where assemblies are loaded");
        }
        foreach (string prefix in new[] { "DOTNET_", "COMPlus_" })
        {
            if (scope.Find(prefix + "MODIFIABLE_ASSEMBLIES") is { } modifiable && modifiable.Is("debug"))
                yield return Surface.Of("DBG116", modifiable.Place, $"{modifiable.Name}=debug lets assemblies be edited while they run");
        }
        if (scope.Find("DOTNET_WATCH") is { IsTrue: true } watch)
            yield return Surface.Of("DBG116", watch.Place, "DOTNET_WATCH=1 says that hot reload drives the process");
        foreach (string name in new[] { "COREHOST_TRACE", "DOTNET_HOST_TRACE" })
        {
            if (scope.Find(name) is { IsTrue: true } trace)
                yield return Surface.Of("DBG120", trace.Place, $"{name} traces the host");
        }
    }

    private static IEnumerable<Surface> Profilers(SettingScope scope)
    {
        bool blocked = ClrKnobs.IsOff(scope, "EnableDiagnostics") || ClrKnobs.IsOff(scope, "EnableDiagnostics_Profiler");
        foreach ((string enable, string profiler) in new[] { ("CORECLR_ENABLE_PROFILING", "CORECLR_PROFILER"), ("COR_ENABLE_PROFILING", "COR_PROFILER"), ("DOTNET_ENABLE_PROFILING", "DOTNET_PROFILER") })
        {
            if (scope.Find(enable) is not { } on || !on.Is("1") || !scope.Settings.Any(s => s.Name.StartsWith(profiler, StringComparison.Ordinal) && s.Value.Length > 0))
                continue;
            Severity? severity = blocked || enable.StartsWith("DOTNET_", StringComparison.Ordinal) ? Severity.Note : null;
            string why = blocked ? " (blocked by EnableDiagnostics)" : severity is null ? "" : " (from .NET 11 on)";
            yield return Surface.Of("DBG110", on.Place, $"{enable}=1 with {profiler}* loads a profiler{why}", severity);
        }
        if (scope.Find("CORECLR_NOTIFICATION_PROFILERS") is { Value.Length: > 0 } notification)
            yield return Surface.Of("DBG110", notification.Place, "CORECLR_NOTIFICATION_PROFILERS loads profilers", blocked ? Severity.Note : null);
    }

    private static IEnumerable<Surface> Dumps(SettingScope scope)
    {
        Setting? dump = ClrKnobs.On(scope, "DbgEnableMiniDump");
        if (dump is not null)
        {
            uint type = ClrKnobs.Find(scope, "DbgMiniDumpType") is { } t ? ClrKnobs.Number(t) ?? 2 : 2;
            string name = ClrKnobs.Find(scope, "DbgMiniDumpName")?.Value ?? "";
            bool isPublic = PublicFolders.Any(f => name.Contains(f, StringComparison.OrdinalIgnoreCase));
            string kind = type switch { 1 => "mini", 3 => "triage", 4 => "full", _ => "heap" };
            yield return Surface.Of("DBG111", dump.Place, $"a crash writes a {kind} dump{(name.Length > 0 ? " to " + name : "")}",
                isPublic ? Severity.Critical : type == 3 ? Severity.Medium : null);
        }
        foreach (string knob in new[] { "EnableCrashReport", "EnableCrashReportOnly" })
        {
            if (dump is null && ClrKnobs.On(scope, knob) is { } report)
                yield return Surface.Of("DBG111", report.Place, $"a crash writes a report ({report.Name})", Severity.Medium);
        }
        if (ClrKnobs.On(scope, "EnableEventPipe") is { } eventPipe)
        {
            string path = ClrKnobs.Find(scope, "EventPipeOutputPath")?.Value ?? "the working folder";
            yield return Surface.Of("DBG114", eventPipe.Place, $"a trace starts with the process and is written to {path}");
        }
    }

    private static IEnumerable<Surface> Switched(SettingScope scope)
    {
        foreach ((string rule, string knob) in Switches)
        {
            if (ClrKnobs.On(scope, knob) is { } on)
                yield return Surface.Of(rule, on.Place, $"{on.Name}={on.Value} is set");
        }
        foreach ((string rule, string knob) in Texts)
        {
            if (ClrKnobs.Find(scope, knob) is { Value.Length: > 0 } text)
                yield return Surface.Of(rule, text.Place, $"{text.Name} is set");
        }
    }

    /// <summary>A .NET workload whose diagnostics nobody has closed.</summary>
    private static IEnumerable<Surface> Open(SettingScope scope)
    {
        bool allOff = ClrKnobs.IsOff(scope, "EnableDiagnostics")
            || (ClrKnobs.IsOff(scope, "EnableDiagnostics_IPC") && ClrKnobs.IsOff(scope, "EnableDiagnostics_Debugger") && ClrKnobs.IsOff(scope, "EnableDiagnostics_Profiler"));
        if (scope is { IsDotNet: true, IsDeployed: true } && !allOff)
            yield return Surface.Of("DBG101", scope.Place, "nothing switches the runtime's diagnostics off, so they are on");
    }
}
