using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Failures;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Cli.Connection;

/// <summary>The engineer's certificate with its key, and the CA that agents are checked against.</summary>
internal sealed class ClientCredentials : IDisposable
{
    private ClientCredentials(X509Certificate2 certificate, X509Certificate2Collection intermediates, X509Certificate2Collection authorities)
    {
        Certificate = certificate;
        Intermediates = intermediates;
        Authorities = authorities;
        Trust = new TrustStore(authorities, CertificateRevocationLists.None);
    }

    /// <summary>With its private key.</summary>
    public X509Certificate2 Certificate { get; }

    /// <summary>What follows the certificate in its file.</summary>
    public X509Certificate2Collection Intermediates { get; }

    /// <summary>The only anchors of trust.</summary>
    public X509Certificate2Collection Authorities { get; }

    /// <summary>The same, to judge certificates by. Revocation is the host's to know.</summary>
    public TrustStore Trust { get; }

    /// <exception cref="UsageException">A file cannot be read, holds no PEM of its kind, or the key is another certificate's.</exception>
    public static ClientCredentials Load(ConnectionSettings settings)
    {
        X509Certificate2Collection authorities = LoadCertificates(settings.CaFile, "CA");
        X509Certificate2Collection chain = LoadCertificates(settings.CertificateFile, "certificate");
        X509Certificate2 certificate = LoadWithKey(settings);
        chain[0].Dispose();
        chain.RemoveAt(0);
        return new ClientCredentials(certificate, chain, authorities);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        foreach (X509Certificate2 other in Intermediates.Concat(Authorities))
            other.Dispose();
    }

    private static X509Certificate2Collection LoadCertificates(string path, string what)
    {
        var certificates = new X509Certificate2Collection();
        Read(path, what, () => certificates.ImportFromPemFile(path));
        return certificates.Count > 0 ? certificates : throw new UsageException($"the {what} file {path} holds no certificate", "give a PEM file");
    }

    private static X509Certificate2 LoadWithKey(ConnectionSettings settings)
    {
        X509Certificate2? certificate = null;
        Read(settings.KeyFile, "key", () => certificate = X509Certificate2.CreateFromPemFile(settings.CertificateFile, settings.KeyFile));
        return certificate!;
    }

    private static void Read(string path, string what, Action read)
    {
        try
        {
            read();
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the {what} file {path} cannot be read: {error.Message}", $"look at the path and its permissions", error);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException)
        {
            throw new UsageException($"the {what} file {path} cannot be used: {error.Message}", "give an unencrypted PEM file; the key must be the certificate's own", error);
        }
    }
}
