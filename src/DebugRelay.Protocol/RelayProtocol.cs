using System.Net.Security;
using System.Reflection;

namespace DebugRelay.Protocol;

/// <summary>What both ends call the protocol.</summary>
public static class RelayProtocol
{
    /// <summary>Version in <see cref="Messages.Hello"/>.</summary>
    public const int Version = 1;

    /// <summary>The agent's port where an address gives none.</summary>
    public const int DefaultPort = 7443;

    /// <summary>ALPN name, without which there is no conversation.</summary>
    public static readonly SslApplicationProtocol Alpn = new("debugrelay/1");

    /// <summary>Version of this build.</summary>
    public static readonly string ProductVersion =
        typeof(RelayProtocol).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion ?? "0";
}
