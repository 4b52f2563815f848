using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Revocation;

/// <summary>Judges the detached signature of a deny list: somebody whom the policy names in <c>denySigners</c>, with a certificate that holds.</summary>
public static class DenySignature
{
    /// <summary>Ends the name of a signature's file, in place of <c>.json</c>.</summary>
    public const string Extension = ".p7s";

    /// <summary>One signer who may suffices; a signature that does not hold over these bytes refuses them all.</summary>
    /// <param name="content">The list's exact bytes.</param>
    /// <param name="signature">The detached signature, DER.</param>
    /// <param name="trust">The anchors and revocation lists.</param>
    /// <param name="policy">Who may sign.</param>
    /// <param name="inForce">The list that holds until now: whom it names, he does not lift it.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null when the list may be used; else one clause of why not.</returns>
    public static string? Problem(ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> signature, TrustStore trust, PolicyDocument policy, DenyList inForce, DateTimeOffset now)
    {
        return policy.DenySigners.Count == 0
            ? "the policy names no \"denySigners\", so nobody can sign one"
            : Problem(content, signature, trust, policy.DenySigners, "the policy's \"denySigners\"", inForce, now);
    }

    /// <summary>The same for another document with signers of its own.</summary>
    /// <param name="content">The document's exact bytes.</param>
    /// <param name="signature">The detached signature, DER.</param>
    /// <param name="trust">The anchors and revocation lists.</param>
    /// <param name="signers">Who may sign.</param>
    /// <param name="who">What these are called, for the message.</param>
    /// <param name="inForce">The deny list that holds: whom it names, his signature does not count.</param>
    /// <param name="now">The time.</param>
    /// <returns>Null when the document may be used; else one clause of why not.</returns>
    public static string? Problem(
        ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> signature, TrustStore trust, IReadOnlyList<IdentityPattern> signers, string who, DenyList inForce, DateTimeOffset now)
    {
        try
        {
            using DetachedSignature signed = DetachedSignature.Verify(content, signature);
            string problem = "";
            foreach (X509Certificate2 signer in signed.Signers)
            {
                if (ProblemOf(signer, signed.Certificates, trust, signers, who, inForce, now) is not { } found) return null;
                problem = found;
            }
            return problem;
        }
        catch (SignatureException error)
        {
            return $"its signature {error.Message}";
        }
        catch (CryptographicException)
        {
            return "its signature has a certificate that cannot be read";
        }
    }

    private static string? ProblemOf(
        X509Certificate2 signer, IReadOnlyList<X509Certificate2> sent, TrustStore trust, IReadOnlyList<IdentityPattern> signers, string who, DenyList inForce, DateTimeOffset now)
    {
        X509Certificate2[] others = [.. sent.Where(each => !each.RawDataMemory.Span.SequenceEqual(signer.RawDataMemory.Span)).Take(Limits.ChainCertificates - 1)];
        CertificateResult result = CertificateCheck.ForClient(signer, others, trust, now);
        if (!result.IsValid) return $"its signer is refused: {result.Message}";
        return signers.Any(pattern => pattern.Matches(result.Identity))
            ? inForce.RefusalOfSigner(result.Identity, signer)
            : $"{result.Identity} is none of {who}";
    }
}
