using System.Globalization;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Policy.Identity;

/// <summary>
/// Judges a peer's certificate by a <see cref="TrustStore"/> alone: never by the machine's own store, never over a network.
/// </summary>
public static class CertificateCheck
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const int SmallestRsaKey = 2048;

    // MD5 and SHA-1 with RSA, SHA-1 with ECDSA: collisions are made to order.
    private static readonly HashSet<string> WeakSignatures = ["1.2.840.113549.1.1.4", "1.2.840.113549.1.1.5", "1.2.840.10045.4.1"];

    /// <summary>Judges an engineer's certificate.</summary>
    /// <param name="certificate">The peer's own certificate.</param>
    /// <param name="intermediates">What the peer sent besides, in any order.</param>
    /// <param name="trust">The anchors and lists to judge by.</param>
    /// <param name="at">The time of the judgement.</param>
    public static CertificateResult ForClient(
        X509Certificate2 certificate, IReadOnlyCollection<X509Certificate2> intermediates, TrustStore trust, DateTimeOffset at) =>
        Check(certificate, intermediates, trust, ClientAuthentication, "client authentication", at);

    /// <summary>Judges the certificate of one who signed a document: an approver, or who keeps a deny list.</summary>
    /// <param name="certificate">The signer's own certificate.</param>
    /// <param name="intermediates">What came with the signature besides, in any order.</param>
    /// <param name="trust">The anchors and lists to judge by.</param>
    /// <param name="usage">The extended key usage that it must name, as an object identifier.</param>
    /// <param name="usageName">What the usage is for, for the message.</param>
    /// <param name="at">The time of the judgement.</param>
    public static CertificateResult ForSigner(
        X509Certificate2 certificate, IReadOnlyCollection<X509Certificate2> intermediates, TrustStore trust, string usage, string usageName, DateTimeOffset at) =>
        Check(certificate, intermediates, trust, usage, usageName, at);

    /// <summary>Judges an agent's certificate.</summary>
    /// <param name="certificate">The peer's own certificate.</param>
    /// <param name="intermediates">What the peer sent besides, in any order.</param>
    /// <param name="trust">The anchors and lists to judge by.</param>
    /// <param name="serverName">The DNS name or address that was dialled; it must stand in the alternative names.</param>
    /// <param name="at">The time of the judgement.</param>
    public static CertificateResult ForAgent(
        X509Certificate2 certificate, IReadOnlyCollection<X509Certificate2> intermediates, TrustStore trust, string serverName, DateTimeOffset at)
    {
        CertificateResult result = Check(certificate, intermediates, trust, ServerAuthentication, "server authentication", at);
        return !result.IsValid || BearsName(certificate, serverName)
            ? result
            : Refused(CertificateFailure.WrongName, certificate, $"does not bear the name {serverName}");
    }

    internal static string Shown(X509Certificate2 certificate) => $"with the serial number {certificate.SerialNumber}";

    private static CertificateResult Check(
        X509Certificate2 certificate,
        IReadOnlyCollection<X509Certificate2> intermediates,
        TrustStore trust,
        string usage,
        string usageName,
        DateTimeOffset at)
    {
        if (intermediates.Count >= Limits.ChainCertificates)
        {
            return Refused(CertificateFailure.ChainInvalid, certificate, $"comes with more than {Limits.ChainCertificates - 1} others");
        }
        try
        {
            using X509Chain chain = NewChain(intermediates, trust, at);
            bool built = chain.Build(certificate);
            X509Certificate2[] path = [.. chain.ChainElements.Select(element => element.Certificate)];
            return CheckAuthority(chain, certificate)
                ?? CheckTime(path, at)
                ?? CheckUsage(certificate, usage, usageName)
                ?? CheckStrength(path)
                ?? CheckRest(chain, built, certificate)
                ?? CheckRevocation(path, trust, at)
                ?? CheckIdentity(certificate, path);
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException)
        {
            return Refused(CertificateFailure.ChainInvalid, certificate, "or one above it cannot be read");
        }
    }

    private static X509Chain NewChain(IReadOnlyCollection<X509Certificate2> intermediates, TrustStore trust, DateTimeOffset at)
    {
        var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trust.Anchors);
        chain.ChainPolicy.ExtraStore.AddRange(intermediates.ToArray());
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTimeIgnored = false;
        chain.ChainPolicy.VerificationTime = at.LocalDateTime;
        return chain;
    }

    private static CertificateResult? CheckAuthority(X509Chain chain, X509Certificate2 certificate)
    {
        const X509ChainStatusFlags Unknown = X509ChainStatusFlags.UntrustedRoot | X509ChainStatusFlags.PartialChain;
        return Has(chain, Unknown)
            ? Refused(CertificateFailure.UnknownAuthority, certificate, "was issued by none of the trusted authorities")
            : null;
    }

    private static CertificateResult? CheckTime(X509Certificate2[] path, DateTimeOffset at)
    {
        foreach (X509Certificate2 certificate in path)
        {
            DateTime from = certificate.NotBefore.ToUniversalTime(), until = certificate.NotAfter.ToUniversalTime();
            if (at.UtcDateTime >= until) return Refused(CertificateFailure.Expired, certificate, Invariant($"expired at {until:u}"));
            if (at.UtcDateTime < from) return Refused(CertificateFailure.NotYetValid, certificate, Invariant($"is valid only from {from:u}"));
        }
        return null;
    }

    /// <summary>The use must be named: a certificate that names none, or any, was issued for something else.</summary>
    private static CertificateResult? CheckUsage(X509Certificate2 certificate, string usage, string usageName)
    {
        if (!certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(Oids).Contains(usage))
        {
            return Refused(CertificateFailure.WrongUsage, certificate, $"was not issued for {usageName}");
        }
        if (!certificate.Extensions.OfType<X509KeyUsageExtension>().All(e => e.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature)))
        {
            return Refused(CertificateFailure.WrongUsage, certificate, "has a key that may not sign");
        }
        return certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(e => e.CertificateAuthority)
            ? Refused(CertificateFailure.WrongUsage, certificate, "is an authority's")
            : null;
    }

    private static IEnumerable<string?> Oids(X509EnhancedKeyUsageExtension extension) =>
        extension.EnhancedKeyUsages.Cast<Oid>().Select(oid => oid.Value);

    private static CertificateResult? CheckStrength(X509Certificate2[] path)
    {
        foreach (X509Certificate2 certificate in path)
        {
            using RSA? rsa = certificate.GetRSAPublicKey();
            if (rsa?.KeySize < SmallestRsaKey)
            {
                return Refused(CertificateFailure.TooWeak, certificate, $"has an RSA key of less than {SmallestRsaKey} bits");
            }

            // The anchor's own signature proves nothing and is not looked at.
            bool anchor = certificate == path[^1];
            if (!anchor && WeakSignatures.Contains(certificate.SignatureAlgorithm.Value ?? ""))
            {
                return Refused(CertificateFailure.TooWeak, certificate, "is signed with MD5 or SHA-1");
            }
        }
        return null;
    }

    private static CertificateResult? CheckRest(X509Chain chain, bool built, X509Certificate2 certificate)
    {
        if (built) return null;
        string status = string.Join(", ", chain.ChainStatus.Select(entry => entry.Status.ToString()));
        return Refused(CertificateFailure.ChainInvalid, certificate, $"does not hold in its chain ({status})");
    }

    private static CertificateResult? CheckRevocation(X509Certificate2[] path, TrustStore trust, DateTimeOffset at) =>
        path.Zip(path.Skip(1))
            .Select(pair => trust.RevocationLists.Check(pair.First, pair.Second, at, trust.TolerateStale))
            .FirstOrDefault(result => result is not null);

    private static CertificateResult CheckIdentity(X509Certificate2 certificate, X509Certificate2[] path)
    {
        try
        {
            return CertificateResult.Valid(PeerIdentity.FromCertificate(certificate), path.Min(each => new DateTimeOffset(each.NotAfter.ToUniversalTime())));
        }
        catch (IdentityException error)
        {
            return CertificateResult.Refused(CertificateFailure.IdentityInvalid, error.Message);
        }
    }

    private static bool BearsName(X509Certificate2 certificate, string serverName)
    {
        try
        {
            return certificate.MatchesHostname(serverName, allowWildcards: true, allowCommonName: false);
        }
        catch (Exception error) when (error is ArgumentException or CryptographicException)
        {
            return false;
        }
    }

    private static bool Has(X509Chain chain, X509ChainStatusFlags flags) => chain.ChainStatus.Any(entry => (entry.Status & flags) != 0);

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);

    private static CertificateResult Refused(CertificateFailure failure, X509Certificate2 certificate, string what) =>
        CertificateResult.Refused(failure, $"the certificate {Shown(certificate)} {what}");
}
