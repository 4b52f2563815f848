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

    /// <exception cref="UsageException">A file cannot be read, holds nothing of its kind, or the key is another certificate's.</exception>
    public static ClientCredentials Load(ConnectionSettings settings)
    {
        X509Certificate2Collection authorities = LoadAuthorities(settings.CaFile);
        (X509Certificate2 certificate, X509Certificate2Collection chain) = CredentialFile.Load(settings.CertificateFile, settings.KeyFile, settings.AskPassphrase);
        return new ClientCredentials(certificate, chain, authorities);
    }

    public void Dispose()
    {
        Certificate.Dispose();
        foreach (X509Certificate2 other in Intermediates.Concat(Authorities))
            other.Dispose();
    }

    private static X509Certificate2Collection LoadAuthorities(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"the CA file {path} cannot be read: {error.Message}", "look at the path and its permissions", error);
        }
        catch (CryptographicException error)
        {
            throw new UsageException($"the CA file {path} cannot be used: {error.Message}", "give a PEM file", error);
        }
        return certificates.Count > 0 ? certificates : throw new UsageException($"the CA file {path} holds no certificate", "give a PEM file");
    }
}
