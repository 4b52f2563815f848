using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>What a host's agent and broker judge by: trust anchors, revocation lists and the policy that <see cref="HostConfiguration"/> names.</summary>
/// <param name="Store">Anchors and revocation lists for clients' certificates.</param>
/// <param name="Policy">Who may do what.</param>
public sealed record HostTrust(TrustStore Store, PolicyDocument Policy)
{
    /// <summary>Loads all of it.</summary>
    /// <exception cref="ConfigurationException">A file cannot be used; the message names it.</exception>
    public static HostTrust Load(HostConfiguration configuration)
    {
        try
        {
            return new HostTrust(TrustStore.Load(configuration.ClientCa, configuration.Crl), PolicyDocument.Parse(File.ReadAllBytes(configuration.Policy)));
        }
        catch (DocumentException e)
        {
            throw new ConfigurationException($"{configuration.Policy}: {e.Message}");
        }
        catch (Exception e) when (e is TrustException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(e.Message);
        }
    }

    /// <summary>Judges a client's certificate.</summary>
    /// <param name="certificate">The client's own.</param>
    /// <param name="sent">What it sent besides.</param>
    /// <param name="at">The time of the judgement.</param>
    public CertificateResult CheckClient(X509Certificate2 certificate, X509Certificate2Collection sent, DateTimeOffset at)
        => CertificateCheck.ForClient(certificate, [.. sent], Store, at);

    /// <summary>When a session ends at the latest: what was signed, what the certificate has left, what the roles allow, what any session may have.</summary>
    /// <param name="session">A verified session whose identity has a role.</param>
    /// <param name="now">The time.</param>
    /// <param name="most">The longest that any session may be.</param>
    public DateTimeOffset EndOf(VerifiedSession session, DateTimeOffset now, TimeSpan most)
    {
        TimeSpan role = PolicyEngine.LimitsOf(Policy, session.Identity)?.Session ?? TimeSpan.Zero;
        DateTimeOffset end = now + (role < most ? role : most);
        return end < session.NotAfter ? end : session.NotAfter;
    }

    /// <summary>Decides on an operation that is not asked for yet, as lists show it: without a grant, without an emergency.</summary>
    /// <param name="session">The verified session.</param>
    /// <param name="operation">One of <see cref="Operations"/>.</param>
    /// <param name="target">The host, and the process where the operation has one.</param>
    /// <param name="now">The time.</param>
    public Decision Decide(VerifiedSession session, string operation, AccessTarget target, DateTimeOffset now)
        => PolicyEngine.Decide(Policy, session.Identity, new AccessRequest { Operation = operation, Target = target, Reason = session.Statement.Reason }, now);

    /// <summary>
    /// Decides on a request, with the grant that came along. Agent and broker both ask this, each by itself, and ask again while the operation runs:
    /// what ended in the meantime (a grant, an approver's certificate, a rule) is denied then. What a grant has left is the broker's to know.
    /// </summary>
    /// <param name="session">The verified session.</param>
    /// <param name="request">The verified request.</param>
    /// <param name="grant">The grant that came with it; null where none did. Its SHA-256 must be the one that the request names.</param>
    /// <param name="target">The host, and the process where the operation has one.</param>
    /// <param name="scrub">The host's scrub profile.</param>
    /// <param name="now">The time.</param>
    public Decision Decide(VerifiedSession session, OperationRequest request, GrantFiles? grant, AccessTarget target, string scrub, DateTimeOffset now)
    {
        var access = new AccessRequest
        {
            Operation = request.Operation,
            Unscrubbed = request.Unscrubbed,
            Target = target,
            Reason = session.Statement.Reason,
            Incident = session.Statement.Incident,
            BreakGlass = request.BreakGlass,
        };
        return PolicyEngine.Decide(Policy, session.Identity, access with { Approval = ApprovalOf(session.Identity, request, access, grant, scrub, now) }, now);
    }

    /// <summary>A grant that cannot be used is one that gives nothing, and says why.</summary>
    private Approval? ApprovalOf(PeerIdentity identity, OperationRequest request, AccessRequest access, GrantFiles? grant, string scrub, DateTimeOffset now)
    {
        if (grant is null) return request.Grant is null ? null : new Approval { Grant = request.Grant[..8], Problem = "did not come along" };
        if (grant.Sha256 != request.Grant) return new Approval { Grant = grant.Sha256[..8], Problem = "is not the one that the request names" };
        try
        {
            return GrantCheck.For(GrantCheck.Verify(grant, Policy, Store, now), identity, access, scrub, now);
        }
        catch (GrantException error)
        {
            return new Approval { Grant = grant.Sha256[..8], Problem = $"is refused: {error.Message}" };
        }
    }
}
