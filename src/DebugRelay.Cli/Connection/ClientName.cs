using System.Reflection;

namespace DebugRelay.Cli.Connection;

/// <summary>How this client names itself.</summary>
internal static class ClientName
{
    public static string Version { get; } = typeof(ClientName).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion;

    /// <summary>Name and version.</summary>
    public static string Text { get; } = $"debugrelay {Version}";
}
