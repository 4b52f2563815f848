using System.Globalization;

namespace DebugRelay.Broker.Targets.Windows;

/// <summary>What a runtime calls its pipe on Windows: it bears the pid alone.</summary>
internal static class RuntimePipe
{
    private const string Prefix = "dotnet-diagnostic-";

    /// <summary>The name of a process's pipe.</summary>
    public static string NameOf(int pid) => string.Create(CultureInfo.InvariantCulture, $"{Prefix}{pid}");

    /// <summary>Whose pipe bears a name, written as a runtime writes it.</summary>
    /// <returns>Null where it is none of a runtime.</returns>
    public static int? PidOf(string name)
        => name.StartsWith(Prefix, StringComparison.Ordinal) && int.TryParse(name.AsSpan(Prefix.Length), NumberStyles.None, CultureInfo.InvariantCulture, out int pid) && name == NameOf(pid) ? pid : null;
}
