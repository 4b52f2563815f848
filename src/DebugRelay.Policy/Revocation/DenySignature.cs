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
    /// <returns>Null when the list may be used; else one clause of why not.</returns>
    public static string? Problem(ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> signature, TrustStore trust, PolicyDocument policy, DateTimeOffset now)
    {
        if (policy.DenySigners.Count == 0) return "the policy names no \"denySigners\", so nobody can sign one";
        try
        {
            using DetachedSignature signed = DetachedSignature.Verify(content, signature);
            string problem = "";
            foreach (X509Certificate2 signer in signed.Signers)
            {
                if (ProblemOf(signer, signed.Certificates, trust, policy, now) is not { } found) return null;
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

    private static string? ProblemOf(X509Certificate2 signer, IReadOnlyList<X509Certificate2> sent, TrustStore trust, PolicyDocument policy, DateTimeOffset now)
    {
        X509Certificate2[] others = [.. sent.Where(each => !each.RawDataMemory.Span.SequenceEqual(signer.RawDataMemory.Span)).Take(Limits.ChainCertificates - 1)];
        CertificateResult result = CertificateCheck.ForClient(signer, others, trust, now);
        if (!result.IsValid) return $"its signer is refused: {result.Message}";
        return policy.IsDenySigner(result.Identity) ? null : $"{result.Identity} is none of the policy's \"denySigners\"";
    }
}
