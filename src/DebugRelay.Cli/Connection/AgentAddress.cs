using System.Globalization;
using System.Net;
using DebugRelay.Cli.Failures;
using DebugRelay.Protocol;

namespace DebugRelay.Cli.Connection;

/// <summary>Where an agent listens.</summary>
/// <param name="Host">A name or an address, as the agent's certificate must bear it.</param>
/// <param name="Port">1 to 65535.</param>
internal sealed record AgentAddress(string Host, int Port)
{
    /// <summary>Reads `HOST[:PORT]`; an IPv6 address with a port stands in brackets.</summary>
    /// <exception cref="UsageException">It is none.</exception>
    public static AgentAddress Parse(string text)
    {
        if (IPAddress.TryParse(text.Trim('[', ']'), out IPAddress? bare))
            return new AgentAddress(bare.ToString(), RelayProtocol.DefaultPort);
        int colon = text.LastIndexOf(':');
        string host = (colon < 0 ? text : text[..colon]).Trim('[', ']');
        int port = RelayProtocol.DefaultPort;
        bool isPort = colon < 0 || (int.TryParse(text[(colon + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out port) && port is > 0 and <= 65535);
        bool isHost = Uri.CheckHostName(host) != UriHostNameType.Unknown;
        return isPort && isHost ? new AgentAddress(host, port) : throw new UsageException($"'{text}' is no host", "write --host HOST[:PORT]");
    }

    public override string ToString() => Host.Contains(':', StringComparison.Ordinal) ? $"[{Host}]:{Port}" : $"{Host}:{Port}";
}
