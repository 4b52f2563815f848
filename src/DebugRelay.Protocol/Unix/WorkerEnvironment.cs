using System.Diagnostics;

namespace DebugRelay.Protocol.Unix;

/// <summary>The environment of our programs that read what a target wrote, whoever starts them.</summary>
/// <remarks>
/// Secrets often lie in an environment, and a runtime takes orders from it: to load code, to open a diagnostic port, to write files, which a confined program may
/// not and dies of.
/// </remarks>
public static class WorkerEnvironment
{
    /// <summary>Leaves what a program needs to run, and shuts its own diagnostic port: it sees raw data.</summary>
    /// <param name="start">How it is to be started.</param>
    public static void Restrict(ProcessStartInfo start)
    {
        ArgumentNullException.ThrowIfNull(start);
        foreach (string name in start.Environment.Keys.Where(n => !IsNeeded(n)).ToArray())
            start.Environment.Remove(name);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
    }

    private static bool IsNeeded(string variable)
        => variable is "PATH" or "LANG" or "TZ" or "LD_LIBRARY_PATH"
            || variable.StartsWith("DOTNET_ROOT", StringComparison.Ordinal)
            || variable.StartsWith("DOTNET_GC", StringComparison.OrdinalIgnoreCase)
            || variable.StartsWith("DOTNET_SYSTEM_", StringComparison.Ordinal);
}
