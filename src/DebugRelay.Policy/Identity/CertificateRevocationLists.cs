using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Policy.Identity;

/// <summary>
/// The authorities' revocation lists, read from files; never fetched from a network. Immutable: a change of a file makes a new one.
/// </summary>
public sealed class CertificateRevocationLists
{
    private readonly IReadOnlyList<CertificateRevocationList> _lists;

    private CertificateRevocationLists(IReadOnlyList<CertificateRevocationList> lists) => _lists = lists;

    /// <summary>No lists: revocation is not looked at.</summary>
    public static CertificateRevocationLists None { get; } = new([]);

    /// <summary>The lists.</summary>
    public IReadOnlyList<CertificateRevocationList> Lists => _lists;

    /// <summary>Loads the files, each with one list in DER or any number in PEM.</summary>
    /// <exception cref="TrustException">A file cannot be read, is too large, holds no list, or a list has what is not understood.</exception>
    public static CertificateRevocationLists Load(params IReadOnlyCollection<string> paths) =>
        new([.. paths.SelectMany(path => CertificateRevocationList.ReadFile(path, TrustFile.Read(path, Limits.RevocationFileBytes)))]);

    /// <summary>
    /// Whether a list in its issuer's name has the certificate, whoever signed the list: enough to end at once what stood on the certificate, and
    /// never enough to let anything stand.
    /// </summary>
    internal bool Names(X509Certificate2 certificate) => _lists.Any(list => list.Revokes(certificate) && list.IsFrom(certificate.IssuerName));

    /// <summary>What the lists say of a certificate at a time.</summary>
    /// <returns>Null when it stands; else the failure and its sentence.</returns>
    internal CertificateResult? Check(X509Certificate2 certificate, X509Certificate2 issuer, DateTimeOffset at, bool tolerateStale)
    {
        if (_lists.Count == 0) return null;
        CertificateRevocationList[] own = [.. _lists.Where(list => list.IsFrom(certificate.IssuerName))];
        CertificateRevocationList[] signed = [.. own.Where(list => list.IsSignedBy(issuer))];

        // A list that is past its time still tells who was revoked before.
        if (signed.Any(list => list.Revokes(certificate))) return Refused(CertificateFailure.Revoked, certificate, "was revoked by its authority");
        if (own.Length == 0) return Refused(CertificateFailure.RevocationUnknown, certificate, "has an authority whose revocation list is missing");
        if (signed.Length == 0)
        {
            return Refused(CertificateFailure.RevocationUnknown, certificate, "has a revocation list that its authority did not sign");
        }
        return tolerateStale || signed.Any(list => at < list.NextUpdate)
            ? null
            : Refused(
                CertificateFailure.RevocationUnknown, certificate,
                $"has a revocation list that was due for renewal at {signed.Max(list => list.NextUpdate):u}");
    }

    /// <summary>Which authority has not renewed its list in time, in one clause; null when all have.</summary>
    public string? StaleProblem(DateTimeOffset at)
    {
        foreach (CertificateRevocationList list in _lists.Where(list => at >= list.NextUpdate))
        {
            bool renewed = _lists.Any(other => other.IsFrom(list.Issuer) && at < other.NextUpdate);
            if (!renewed) return $"the revocation list of {list.Issuer.Name} was due for renewal at {list.NextUpdate:u}";
        }
        return null;
    }

    private static CertificateResult Refused(CertificateFailure failure, X509Certificate2 certificate, string what) =>
        CertificateResult.Refused(failure, $"the certificate {CertificateCheck.Shown(certificate)} {what}");
}
