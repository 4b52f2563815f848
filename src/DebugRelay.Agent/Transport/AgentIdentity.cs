using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Configuration;
using DebugRelay.Recording;

namespace DebugRelay.Agent.Transport;

/// <summary>The agent's certificate and key: the one that holds now, for the next connection and the next recording.</summary>
internal sealed class AgentIdentity
{
    private readonly HostConfiguration _configuration;
    private LoadedIdentity _current;

    /// <exception cref="ConfigurationException">The files cannot be used.</exception>
    public AgentIdentity(HostConfiguration configuration)
    {
        _configuration = configuration;
        Files = new FileReload("certificate and key", [configuration.Certificate, configuration.Key]);
        _current = Load(configuration);
    }

    /// <summary>What holds now.</summary>
    public LoadedIdentity Current => Volatile.Read(ref _current);

    /// <summary>The files.</summary>
    public FileReload Files { get; }

    /// <summary>Reads the files again.</summary>
    /// <exception cref="ConfigurationException">They cannot be used: what was read before stays.</exception>
    public void Reload() => Volatile.Write(ref _current, Load(_configuration));

    /// <summary>Loads and checks them.</summary>
    /// <exception cref="ConfigurationException">A file cannot be used, the key is another's, or the certificate is another host's.</exception>
    public static LoadedIdentity Load(HostConfiguration configuration)
    {
        (X509Certificate2 certificate, X509Certificate2Collection intermediates) = AgentCertificate.Load(configuration);
        try
        {
            RecordingIdentity recording = RecordingIdentity.FromPemFiles(configuration.Certificate, configuration.Key);
            if (!recording.Names(configuration.Host))
                throw new ConfigurationException($"{configuration.Certificate}: does not name this host, {configuration.Host}, so no recording would verify; issue one that does, or set \"host\"");
            // Offline: nothing is fetched in a handshake.
            return new LoadedIdentity(certificate, SslStreamCertificateContext.Create(certificate, intermediates, offline: true), recording);
        }
        catch (RecordingException e)
        {
            throw new ConfigurationException($"{configuration.Certificate}: {e.Message}");
        }
    }
}

/// <summary>A certificate with its key, in the forms in which it is needed.</summary>
/// <param name="Certificate">The certificate.</param>
/// <param name="Tls">For TLS, with its intermediates.</param>
/// <param name="Recording">For recordings.</param>
internal sealed record LoadedIdentity(X509Certificate2 Certificate, SslStreamCertificateContext Tls, RecordingIdentity Recording);
