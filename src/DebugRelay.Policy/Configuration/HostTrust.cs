using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Revocation;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>
/// What a host's agent and broker judge by at one moment: trust anchors, revocation lists, deny list and the policy that
/// <see cref="HostConfiguration"/> names. Immutable: <see cref="LiveTrust"/> swaps it whole.
/// </summary>
/// <param name="Store">Anchors and revocation lists for clients' certificates.</param>
/// <param name="Policy">Who may do what.</param>
public sealed record HostTrust(TrustStore Store, PolicyDocument Policy)
{
    /// <summary>What is denied at once; <see cref="DenyList.None"/> where there is no list.</summary>
    public DenyList Deny { get; init; } = DenyList.None;

    /// <summary>Whether the kill file is there: nothing may run.</summary>
    public bool IsKilled { get; init; }

    /// <summary>Loads all of it, without regard to what was used before.</summary>
    /// <param name="configuration">Names the files.</param>
    /// <exception cref="ConfigurationException">A file cannot be used; the message names it.</exception>
    public static HostTrust Load(HostConfiguration configuration) => new TrustFiles(configuration, null).Load(TimeProvider.System.GetUtcNow());

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
        => Stopped(session, operation, now) is { } stopped
            ? Denied(stopped)
            : PolicyEngine.Decide(Policy, session.Identity, new AccessRequest { Operation = operation, Target = target, Reason = session.Statement.Reason, Since = session.Since }, now);

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
        if (Stopped(session, request.Operation, now) is { } stopped) return Denied(stopped);
        var access = new AccessRequest
        {
            Operation = request.Operation,
            Unscrubbed = request.Unscrubbed,
            Target = target,
            Reason = session.Statement.Reason,
            Incident = session.Statement.Incident,
            BreakGlass = request.BreakGlass,
            Since = session.Since,
        };
        return PolicyEngine.Decide(Policy, session.Identity, access with { Approval = ApprovalOf(session.Identity, request, access, grant, scrub, now) }, now);
    }

    /// <summary>What stands above policy and grants: the kill file, the deny list, a revocation list that nobody renewed.</summary>
    /// <returns>Why the operation must not go on; null when nothing of it stands against it.</returns>
    public string? Stopped(VerifiedSession session, string operation, DateTimeOffset now)
        => (IsKilled ? KillFileReason : null)
            ?? Deny.Refusal(session)
            ?? Deny.RefusalOfOperation(operation)
            ?? (Policy.StaleCrlAllow.Contains(operation) ? null : Store.RevocationLists.StaleProblem(now));

    /// <summary>Judges a live session again, by what holds now.</summary>
    /// <returns>Why it must end; null when it may go on.</returns>
    public Withdrawal? Recheck(VerifiedSession session, DateTimeOffset now)
    {
        if (IsKilled) return new Withdrawal(IsExpiry: false, KillFileReason);
        if (now >= session.NotAfter) return new Withdrawal(IsExpiry: true, "the session's time is over, or its certificate's");
        if (Deny.Refusal(session) is { } denied) return new Withdrawal(IsExpiry: false, denied);
        if (PolicyEngine.RolesOf(Policy, session.Identity).Count == 0) return new Withdrawal(IsExpiry: false, $"the policy gives {session.Identity} no role any more");
        CertificateResult certificate = RecheckCertificate(session, now);
        return certificate.IsValid ? null : new Withdrawal(certificate.Failure == CertificateFailure.Expired, certificate.Message);
    }

    /// <summary>Why nothing may run while the kill file is there.</summary>
    public const string KillFileReason = "the kill file stops everything on this host";

    private static Decision Denied(string reason) => new() { Allowed = false, Reason = reason };

    /// <summary>A grant that cannot be used is one that gives nothing, and says why.</summary>
    private Approval? ApprovalOf(PeerIdentity identity, OperationRequest request, AccessRequest access, GrantFiles? grant, string scrub, DateTimeOffset now)
    {
        if (grant is null) return request.Grant is null ? null : new Approval { Grant = request.Grant[..8], Problem = "did not come along" };
        if (grant.Sha256 != request.Grant) return new Approval { Grant = grant.Sha256[..8], Problem = "is not the one that the request names" };
        try
        {
            CheckedGrant verified = GrantCheck.Verify(grant, Policy, Store, Deny, now);
            return Deny.DeniesGrant(verified.Document.Id)
                ? new Approval { Grant = verified.Document.Id, Problem = $"was taken back by the deny list (version {Deny.Version})" }
                : GrantCheck.For(verified, identity, access, scrub, now);
        }
        catch (GrantException error)
        {
            return new Approval { Grant = grant.Sha256[..8], Problem = $"is refused: {error.Message}" };
        }
    }

    private CertificateResult RecheckCertificate(VerifiedSession session, DateTimeOffset now)
    {
        X509Certificate2[] chain = [.. session.Chain.Select(each => X509CertificateLoader.LoadCertificate(each.Span))];
        try
        {
            // Building a chain takes milliseconds, and after a revocation all sessions wait for it: those that are meant need none.
            return chain.FirstOrDefault(Store.RevocationLists.Names) is { } revoked
                ? CertificateResult.Refused(CertificateFailure.Revoked, $"the certificate {CertificateCheck.Shown(revoked)} was revoked by its authority")
                : CertificateCheck.ForClient(chain[0], chain[1..], Store, now);
        }
        finally
        {
            Array.ForEach(chain, each => each.Dispose());
        }
    }
}

/// <summary>Why a live session, or an operation of it, must end.</summary>
/// <param name="IsExpiry">True where its time is over; false where access was taken away.</param>
/// <param name="Reason">One clause, for the engineer and the recording.</param>
public sealed record Withdrawal(bool IsExpiry, string Reason);
