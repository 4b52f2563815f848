using System.Runtime.Versioning;

namespace DebugRelay.Broker.Targets;

/// <summary>Where a process has its runtime from.</summary>
[SupportedOSPlatform("linux")]
internal static class RuntimeFolder
{
    private const string Runtime = "/libcoreclr.so";

    /// <summary>The folder, as the process names it. The kernel says so, who maps files says what they are called: it is a place to look, not one to trust.</summary>
    /// <returns>Null where the process has none, or may not be looked into.</returns>
    public static string? Of(int pid)
    {
        try
        {
            string? line = File.ReadLines($"/proc/{pid}/maps").FirstOrDefault(l => l.EndsWith(Runtime, StringComparison.Ordinal));
            return line is null || line.IndexOf('/', StringComparison.Ordinal) is not (>= 0 and var start) ? null : line[start..^Runtime.Length];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
