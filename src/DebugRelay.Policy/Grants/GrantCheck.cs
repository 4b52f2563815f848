using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Revocation;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Grants;

/// <summary>Judges grants, purely: agent, broker and client ask the same question. What was used up already is the broker's to know.</summary>
public static class GrantCheck
{
    /// <summary>Verifies a grant's form and signatures, and judges each signer. Whether it is in force is <see cref="CheckedGrant.TimeProblem"/>.</summary>
    /// <param name="files">The grant.</param>
    /// <param name="policy">Who may approve.</param>
    /// <param name="trust">The anchors and revocation lists.</param>
    /// <param name="deny">The deny list in force: whom it names does not approve.</param>
    /// <param name="now">The time: a signature counts while its signer's certificate holds.</param>
    /// <exception cref="GrantException">It is no grant, or a signature does not hold over its bytes.</exception>
    public static CheckedGrant Verify(GrantFiles files, PolicyDocument policy, TrustStore trust, DenyList deny, DateTimeOffset now)
    {
        GrantDocument document = Parse(files);
        try
        {
            using DetachedSignature signature = DetachedSignature.Verify(files.Document, files.Signatures);
            var approvers = new Dictionary<PeerIdentity, DateTimeOffset>();
            var others = new List<string>();
            foreach (X509Certificate2 signer in signature.Signers)
            {
                string? problem = Judge(signer, signature.Certificates, document, policy, trust, deny, now, approvers);
                if (problem is not null) others.Add(problem);
            }
            return new CheckedGrant(document, files.Sha256, [.. approvers.Keys], others) { ApproversUntil = [.. approvers.Values] };
        }
        catch (SignatureException error)
        {
            throw new GrantException($"the signature of grant {document.Id} {error.Message}");
        }
        catch (CryptographicException)
        {
            throw new GrantException($"the signature of grant {document.Id} has a certificate that cannot be read");
        }
    }

    /// <summary>Reads a grant's document.</summary>
    /// <exception cref="GrantException">It is none.</exception>
    public static GrantDocument Parse(GrantFiles files)
    {
        try
        {
            return GrantDocument.Parse(files.Document.Span);
        }
        catch (DocumentException error)
        {
            throw new GrantException($"the grant cannot be read: {error.Message}");
        }
    }

    /// <summary>What a grant gives to one request.</summary>
    /// <param name="grant">A verified grant.</param>
    /// <param name="requester">Who asks.</param>
    /// <param name="request">What is asked.</param>
    /// <param name="scrub">The host's scrub profile.</param>
    /// <param name="now">The time.</param>
    public static Approval For(CheckedGrant grant, PeerIdentity requester, AccessRequest request, string scrub, DateTimeOffset now)
    {
        string? problem = grant.TimeProblem(now) ?? grant.Document.Scope.ProblemOf(requester, request, scrub);
        return new Approval
        {
            Grant = grant.Document.Id,
            Problem = problem,
            Approvers = grant.Approvers,
            ApproversUntil = grant.ApproversUntil,
            NotCounted = grant.NotCounted,
            NotAfter = grant.Document.NotAfter,
        };
    }

    /// <summary>Adds the signer to those who count.</summary>
    /// <returns>Null, or one clause of why he does not.</returns>
    private static string? Judge(
        X509Certificate2 signer, IReadOnlyList<X509Certificate2> sent, GrantDocument document, PolicyDocument policy, TrustStore trust, DenyList deny, DateTimeOffset now,
        Dictionary<PeerIdentity, DateTimeOffset> approvers)
    {
        // A chain takes a few certificates; what else came along belongs to the other signers.
        X509Certificate2[] intermediates = [.. sent.Where(IsAuthority).Take(Limits.ChainCertificates - 1)];
        CertificateResult result = CertificateCheck.ForSigner(signer, intermediates, trust, policy.ApproverUsage, "approving grants", now);
        if (!result.IsValid) return result.Message;
        PeerIdentity identity = result.Identity;

        // Without exception: no role, no other certificate of his makes a requester his own approver.
        if (identity.Equals(document.Scope.Requester)) return $"{identity} is the requester, and nobody approves his own request";
        if (!policy.IsApprover(identity)) return $"{identity} is not among the policy's approvers";
        if (deny.RefusalOfSigner(identity, signer) is { } denied) return denied;
        if (approvers.TryGetValue(identity, out DateTimeOffset until))
        {
            approvers[identity] = result.NotAfter > until ? result.NotAfter : until;
            return $"{identity} signed twice, and counts once";
        }
        approvers.Add(identity, result.NotAfter);
        return null;
    }

    private static bool IsAuthority(X509Certificate2 certificate) =>
        certificate.Extensions.OfType<X509BasicConstraintsExtension>().Any(constraints => constraints.CertificateAuthority);
}

/// <summary>A grant whose signatures hold.</summary>
/// <param name="Document">What was signed.</param>
/// <param name="Sha256">SHA-256 of its bytes, in lower-case hexadecimal.</param>
/// <param name="Approvers">The distinct identities that count.</param>
/// <param name="NotCounted">One clause for each signature that does not.</param>
public sealed record CheckedGrant(GrantDocument Document, string Sha256, IReadOnlyList<PeerIdentity> Approvers, IReadOnlyList<string> NotCounted)
{
    /// <summary>When the certificate of each of <see cref="Approvers"/> ends, in the same order.</summary>
    public IReadOnlyList<DateTimeOffset> ApproversUntil { get; init; } = [];

    /// <summary>Whether the grant is in force.</summary>
    /// <returns>Null, or one clause of why not.</returns>
    public string? TimeProblem(DateTimeOffset now)
    {
        if (now < Document.NotBefore) return $"holds only from {Document.NotBefore.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC";
        return now >= Document.NotAfter ? $"ended at {Document.NotAfter.UtcDateTime:yyyy-MM-dd HH:mm:ss} UTC" : null;
    }
}

/// <summary>A grant cannot be used at all; the message is one sentence.</summary>
public sealed class GrantException(string message) : Exception(message);
