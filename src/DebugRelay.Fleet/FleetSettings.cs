using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Fleet;

/// <summary>How the bus is reached.</summary>
/// <param name="Servers">`nats://HOST:PORT` or `HOST:PORT`; one is picked by chance, and another when it is gone.</param>
/// <param name="Ca">The CA of the servers' certificates, PEM: nothing else is trusted.</param>
/// <param name="Names">The fleet's names.</param>
/// <param name="Login">Our certificate; asked for at each connection, so that one that was renewed is taken.</param>
public sealed record FleetSettings(IReadOnlyList<string> Servers, string Ca, FleetNames Names, Func<FleetLogin> Login)
{
    /// <summary>The same with a certificate in PEM files.</summary>
    public static FleetSettings FromFiles(IReadOnlyList<string> servers, string ca, FleetNames names, string certificate, string key)
        => new(servers, ca, names, () => FleetLogin.Load(certificate, key));
}

/// <summary>Our certificate.</summary>
/// <param name="Certificate">With its key.</param>
/// <param name="Intermediates">Those above it, without the anchor.</param>
public sealed record FleetLogin(X509Certificate2 Certificate, X509Certificate2Collection Intermediates)
{
    /// <summary>The identity that the bus maps to a user: the certificate's SPIFFE id.</summary>
    /// <exception cref="FleetException">It has none.</exception>
    public string Identity => SpiffeId(Certificate) ?? throw new FleetException($"the certificate of {Certificate.Subject} has no SPIFFE id (spiffe://…) in its subject alternative names, by which the bus would know it");

    internal SslStreamCertificateContext Context => SslStreamCertificateContext.Create(Certificate, Intermediates, offline: true);

    /// <exception cref="FleetException">A file cannot be used.</exception>
    internal static FleetLogin Load(string certificateFile, string keyFile)
    {
        try
        {
            var all = new X509Certificate2Collection();
            all.ImportFromPemFile(certificateFile);
            X509Certificate2 certificate = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            return new FleetLogin(certificate, [.. all.Where(each => !each.RawDataMemory.Span.SequenceEqual(certificate.RawDataMemory.Span))]);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException or ArgumentException)
        {
            throw new FleetException($"the certificate {certificateFile} cannot be used: {e.Message}", e);
        }
    }

    private static string? SpiffeId(X509Certificate2 certificate)
    {
        try
        {
            return Policy.Identity.PeerIdentity.FromCertificate(certificate).ToString() is { } identity && identity.StartsWith("spiffe://", StringComparison.Ordinal) ? identity : null;
        }
        catch (Policy.Identity.IdentityException)
        {
            return null;
        }
    }
}
