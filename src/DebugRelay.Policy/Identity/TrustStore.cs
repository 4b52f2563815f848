using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DebugRelay.Policy.Identity;

/// <summary>What certificates are judged by: the anchors, which are the only ones trusted, and the authorities' revocation lists.</summary>
public sealed class TrustStore
{
    /// <summary>Makes a store of what is at hand.</summary>
    /// <param name="anchors">Self-signed certificates of the authorities.</param>
    /// <param name="revocationLists">The lists; with <see cref="CertificateRevocationLists.None"/> revocation is not looked at.</param>
    public TrustStore(X509Certificate2Collection anchors, CertificateRevocationLists revocationLists)
    {
        Anchors = anchors;
        RevocationLists = revocationLists;
    }

    /// <summary>The anchors.</summary>
    public X509Certificate2Collection Anchors { get; }

    /// <summary>The revocation lists.</summary>
    public CertificateRevocationLists RevocationLists { get; }

    /// <summary>Whether a certificate holds while its authority's list is past its time; who takes it then restricts what may be done.</summary>
    public bool TolerateStale { get; private init; }

    /// <summary>The same store, judging stale lists otherwise.</summary>
    public TrustStore With(bool tolerateStale) => new(Anchors, RevocationLists) { TolerateStale = tolerateStale };

    /// <summary>A list in the name of an anchor that no anchor of that name signed; null when there is none.</summary>
    internal CertificateRevocationList? ForgedList() => RevocationLists.Lists.FirstOrDefault(list =>
        Anchors.Where(anchor => list.IsFrom(anchor.SubjectName)).ToArray() is { Length: > 0 } named && !named.Any(list.IsSignedBy));

    /// <summary>Loads anchors (PEM, one or more certificates) and revocation lists (PEM or DER).</summary>
    /// <exception cref="TrustException">A file cannot be read, is too large, or holds no certificate or list.</exception>
    public static TrustStore Load(string anchorFile, params IReadOnlyCollection<string> revocationFiles)
    {
        byte[] bytes = TrustFile.Read(anchorFile, Limits.AnchorFileBytes);
        var anchors = new X509Certificate2Collection();
        try
        {
            anchors.ImportFromPem(Encoding.UTF8.GetString(bytes));
        }
        catch (CryptographicException)
        {
            throw new TrustException($"{anchorFile}: holds a certificate that cannot be read");
        }
        if (anchors.Count == 0) throw new TrustException($"{anchorFile}: holds no certificate in PEM");
        return new TrustStore(anchors, CertificateRevocationLists.Load(revocationFiles));
    }
}
