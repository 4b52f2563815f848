using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Agent.Observability;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Protocol;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Https;

namespace DebugRelay.Agent.Transport;

/// <summary>How the agent does TLS: 1.3 alone, a client certificate of the configured authority, no resumption.</summary>
internal sealed partial class TlsPolicy
{
    private readonly LiveTrust _trust;
    private readonly ILogger<TlsPolicy> _logger;
    private readonly AgentIdentity _identity;
    private readonly AgentMetrics _metrics;

    public TlsPolicy(AgentIdentity identity, LiveTrust trust, AgentMetrics metrics, ILogger<TlsPolicy> logger)
    {
        (_identity, _trust, _metrics, _logger) = (identity, trust, metrics, logger);
        Options = new TlsHandshakeCallbackOptions
        {
            HandshakeTimeout = Limits.Handshake,
            OnConnection = context => ValueTask.FromResult(OptionsFor(context.Connection)),
        };
    }

    /// <summary>What Kestrel asks for.</summary>
    public TlsHandshakeCallbackOptions Options { get; }

    private SslServerAuthenticationOptions OptionsFor(ConnectionContext connection) => new()
    {
        ServerCertificateContext = _identity.Current.Tls,
        EnabledSslProtocols = SslProtocols.Tls13,
        ApplicationProtocols = [RelayProtocol.Alpn],
        ClientCertificateRequired = true,
        CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
        // Resumption would skip the check of the client's certificate.
        AllowTlsResume = false,
        AllowRenegotiation = false,
        RemoteCertificateValidationCallback = (_, certificate, chain, _) => Accept(connection, certificate, chain),
    };

    private bool Accept(ConnectionContext connection, X509Certificate? certificate, X509Chain? chain)
    {
        string remote = connection.RemoteEndPoint?.ToString() ?? "?";
        if (certificate is not X509Certificate2 leaf)
        {
            Log.NoCertificate(_logger, remote);
            _metrics.Handshake(accepted: false);
            return false;
        }
        CertificateResult result = _trust.Current.CheckClient(leaf, Sent(chain), _trust.Now);
        if (!result.IsValid)
            Log.Rejected(_logger, remote, result.Message);
        _metrics.Handshake(result.IsValid);
        return result.IsValid;
    }

    /// <summary>What came along with the certificate; used to build the chain, never trusted.</summary>
    private static X509Certificate2Collection Sent(X509Chain? chain) => chain?.ChainPolicy.ExtraStore ?? [];

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{Remote} refused: no client certificate")]
        public static partial void NoCertificate(ILogger logger, string remote);

        [LoggerMessage(2, LogLevel.Warning, "{Remote} refused: {Reason}")]
        public static partial void Rejected(ILogger logger, string remote, string reason);
    }
}
