using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Policy.Proofs;

/// <summary>What a verified proof says. Only <see cref="SessionProof.Verify"/> makes one.</summary>
public sealed record VerifiedSession
{
    private VerifiedSession()
    {
    }

    /// <summary>Who opened the session.</summary>
    public PeerIdentity Identity { get; private init; } = null!;

    /// <summary>What he signed.</summary>
    public SessionStatement Statement { get; private init; } = null!;

    /// <summary>The key that signs the session's requests.</summary>
    public EphemeralKey EphemeralKey => Statement.EphemeralKey;

    /// <summary>SHA-256 over the certificate's DER, in upper-case hexadecimal: each connection of the session must show this certificate.</summary>
    public string CertificateSha256 { get; private init; } = "";

    /// <summary>The certificate's serial number, in hexadecimal.</summary>
    public string CertificateSerialNumber { get; private init; } = "";

    /// <summary>The name of the certificate's issuer.</summary>
    public string CertificateIssuer { get; private init; } = "";

    /// <summary>The certificates of the proof in DER, the engineer's own first: the session is judged again by them when trust changes.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Chain { get; private init; } = [];

    /// <summary>When the proof was verified: the session's beginning.</summary>
    public DateTimeOffset Since { get; private init; }

    /// <summary>When the session ends, at the latest: the statement's end or that of the first certificate of the chain to expire.</summary>
    public DateTimeOffset NotAfter { get; private init; }

    internal static VerifiedSession Of(
        SessionStatement statement, CertificateResult result, X509Certificate2 certificate, IReadOnlyList<ReadOnlyMemory<byte>> chain, DateTimeOffset now)
    {
        return new VerifiedSession
        {
            Identity = result.Identity!,
            Chain = chain,
            Since = now,
            CertificateIssuer = certificate.IssuerName.Name,
            Statement = statement,
            CertificateSha256 = certificate.GetCertHashString(HashAlgorithmName.SHA256),
            CertificateSerialNumber = certificate.SerialNumber,
            NotAfter = statement.NotAfter < result.NotAfter ? statement.NotAfter : result.NotAfter,
        };
    }
}
