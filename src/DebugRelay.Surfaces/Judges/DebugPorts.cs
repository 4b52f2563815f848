namespace DebugRelay.Surfaces.Judges;

/// <summary>Ports on which debug tools listen unless they are told otherwise.</summary>
public static class DebugPorts
{
    /// <summary>What usually listens on a port; null where it is none of a debug tool.</summary>
    public static string? NameOf(int port) => port switch
    {
        4711 => "netcoredbg",
        >= 4016 and <= 4027 => "msvsmon",
        52323 or 52325 => "dotnet-monitor",
        >= 18888 and <= 18890 => "the Aspire dashboard",
        5678 => "debugpy",
        9229 => "Node's inspector",
        5005 => "JDWP",
        2345 => "Delve",
        1099 or 9010 => "JMX",
        6060 => "Go's pprof",
        _ => null,
    };
}
