using static DebugRelay.Surfaces.Catalogue.Severity;

namespace DebugRelay.Surfaces.Catalogue;

/// <summary>Debug surfaces of what runs beside .NET.</summary>
internal static class OtherRuntimeRules
{
    public static readonly SurfaceRule[] All =
    [
        new("DBG501", High, "Node's inspector is on",
            "Whoever reaches it runs code in the process. On all interfaces it is critical, on the loopback address medium.",
            "Remove --inspect.", 489),
        new("DBG502", Critical, "A JDWP agent is on",
            "Java's debugger protocol has no authentication: code execution. On the loopback address it is high.",
            "Remove it.", 306),
        new("DBG503", Critical, "JMX from afar without authentication",
            "MBeans can load code.",
            "Enable authentication and TLS, or remove it.", 306),
        new("DBG504", High, "Spring Actuator is fully exposed",
            "Heap dumps, environment and shutdown over HTTP.",
            "Expose health and info only.", 497),
        new("DBG505", Critical, "Delve listens",
            "Go's debugger in headless mode has no authentication.",
            "Remove it.", 306),
        new("DBG506", Medium, "Go's pprof is exposed",
            "Heap and goroutine dumps on the service's own port.",
            "A mux of its own on the loopback address.", 497),
        new("DBG507", High, "A Python debugger or debug mode",
            "The debuggers run code; Flask's and Django's debug pages show source and settings, and Flask's has a console.",
            "Remove it.", 489),
        new("DBG508", High, "PHP debugging",
            "xdebug connects out and runs code; phpinfo, display_errors and APP_DEBUG show settings and secrets.",
            "Switch it off.", 489),
        new("DBG509", High, "A Rails console or local errors in production",
            "web-console runs code from the browser; consider_all_requests_local shows source.",
            "Remove it.", 489),
    ];
}
