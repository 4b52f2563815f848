using DebugRelay.Audit.Formats;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit.Files;

/// <summary>runtimeconfig.json, its template, and the developer's one that has no place in what is shipped.</summary>
internal sealed class RuntimeConfigScanner : IFileScanner
{
    public bool Takes(string path, string name)
        => name.EndsWith("runtimeconfig.json", StringComparison.OrdinalIgnoreCase) || name.EndsWith("runtimeconfig.template.json", StringComparison.OrdinalIgnoreCase)
            || name.EndsWith("runtimeconfig.dev.json", StringComparison.OrdinalIgnoreCase);

    public void Scan(FileScan scan)
    {
        if (scan.Name.EndsWith(".dev.json", StringComparison.OrdinalIgnoreCase))
        {
            scan.Add("DBG109", scan.At(1), "runtimeconfig.dev.json redirects probing to a developer's folders");
            return;
        }
        if (JsonKeys.Read(scan) is not { } keys)
            return;
        Property(scan, keys, "STARTUP_HOOKS", "DBG107", s => s.Value.Length > 0, "STARTUP_HOOKS loads an assembly before Main");
        Property(scan, keys, "System.Reflection.Metadata.MetadataUpdater.IsSupported", "DBG116", s => s.IsTrue, "hot reload is supported");
        Property(scan, keys, "System.Diagnostics.Tracing.UserEvents", "DBG115", s => s.IsTrue, "user_events are on");
        Property(scan, keys, "System.Runtime.PerfMapEnabled", "DBG115", s => !s.Is("0") && !s.Is("false"), "perf maps are on");
        bool isBuilt = scan.Name.EndsWith(".runtimeconfig.json", StringComparison.OrdinalIgnoreCase);
        if (scan.IsStrict && (Find(keys, "System.StartupHookProvider.IsSupported")?.IsTrue ?? isBuilt))
            scan.Add("DBG108", scan.At(1), "startup hooks are supported");
    }

    private static void Property(FileScan scan, IReadOnlyList<Setting> keys, string name, string rule, Func<Setting, bool> isBad, string message)
    {
        if (Find(keys, name) is { } setting && isBad(setting))
            scan.Add(rule, setting.Place, message);
    }

    private static Setting? Find(IReadOnlyList<Setting> keys, string name) => keys.FirstOrDefault(k => k.Name.EndsWith("configProperties:" + name, StringComparison.Ordinal));
}
