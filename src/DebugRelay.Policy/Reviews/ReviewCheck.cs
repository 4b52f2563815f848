using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Reviews;

/// <summary>Judges a reviewer's signature on a recording: who signed, and whether his signature counts.</summary>
public static class ReviewCheck
{
    /// <summary>Judges one signature.</summary>
    /// <param name="statement">The exact bytes that were signed.</param>
    /// <param name="signature">The detached CMS signature, in DER.</param>
    /// <param name="engineer">Whose session it is, as the recording names him: nobody reviews himself.</param>
    /// <param name="trust">The anchors and revocation lists.</param>
    /// <param name="policy">Who may review; null where no policy is at hand, and anyone but the engineer counts.</param>
    /// <param name="at">The time that the review states: reviews outlive certificates.</param>
    public static ReviewResult Judge(
        ReadOnlyMemory<byte> statement, ReadOnlyMemory<byte> signature, string? engineer, TrustStore trust, PolicyDocument? policy, DateTimeOffset at)
    {
        try
        {
            using DetachedSignature verified = DetachedSignature.Verify(statement, signature);
            if (verified.Signers is not [var signer]) return ReviewResult.Refused("the signature has several signers; each reviewer signs a review of his own");
            X509Certificate2[] others = [.. verified.Certificates.Where(each => !each.RawDataMemory.Span.SequenceEqual(signer.RawDataMemory.Span))];
            CertificateResult certificate = CertificateCheck.ForClient(signer, others, trust, at);
            return certificate.IsValid ? JudgeIdentity(certificate.Identity, engineer, policy) : ReviewResult.Refused(certificate.Message);
        }
        catch (SignatureException error)
        {
            return ReviewResult.Refused($"the signature {error.Message}");
        }
        catch (CryptographicException)
        {
            return ReviewResult.Refused("the signature has a certificate that cannot be read");
        }
    }

    /// <summary>Whether this identity may review the recording.</summary>
    /// <param name="reviewer">Who would sign.</param>
    /// <param name="engineer">Whose session it is.</param>
    /// <param name="policy">Who may review; null where no policy is at hand.</param>
    public static ReviewResult JudgeIdentity(PeerIdentity reviewer, string? engineer, PolicyDocument? policy)
    {
        if (reviewer.Value == engineer) return ReviewResult.Refused($"{reviewer} is the session's own engineer, and nobody reviews himself");
        return policy is null || policy.IsReviewer(reviewer)
            ? new ReviewResult(reviewer, null)
            : ReviewResult.Refused($"{reviewer} is no member of the policy's reviewers");
    }
}

/// <summary>What a signature on a recording is worth.</summary>
/// <param name="Reviewer">Who signed; null where the review does not count.</param>
/// <param name="Problem">Why it does not, one clause; null where it does.</param>
public sealed record ReviewResult(PeerIdentity? Reviewer, string? Problem)
{
    internal static ReviewResult Refused(string problem) => new(null, problem);
}
