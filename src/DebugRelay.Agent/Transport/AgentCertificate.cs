using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Agent.Transport;

/// <summary>The agent's own certificate.</summary>
internal static class AgentCertificate
{
    /// <summary>Loads the certificate with its key, and the intermediates in the same file.</summary>
    /// <exception cref="ConfigurationException">A file cannot be used.</exception>
    public static (X509Certificate2 Certificate, X509Certificate2Collection Intermediates) Load(HostConfiguration configuration)
    {
        try
        {
            X509Certificate2 certificate = ForTls(X509Certificate2.CreateFromPemFile(configuration.Certificate, configuration.Key));
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(configuration.Certificate);
            if (chain.Count > 0)
                chain.RemoveAt(0);
            return (certificate, chain);
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException or ArgumentException)
        {
            throw new ConfigurationException($"{configuration.Certificate}, {configuration.Key}: {e.Message}");
        }
    }

    /// <summary>Windows does TLS in another process, which takes no key that lies in our memory alone.</summary>
    private static X509Certificate2 ForTls(X509Certificate2 certificate)
    {
        if (!OperatingSystem.IsWindows())
            return certificate;
        using (certificate)
            return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }
}
