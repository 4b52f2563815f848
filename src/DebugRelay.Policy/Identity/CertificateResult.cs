using System.Diagnostics.CodeAnalysis;

namespace DebugRelay.Policy.Identity;

/// <summary>Why a certificate is refused.</summary>
public enum CertificateFailure
{
    /// <summary>It does not chain to one of the given anchors.</summary>
    UnknownAuthority,

    /// <summary>It, or a certificate above it, is no longer valid.</summary>
    Expired,

    /// <summary>It, or a certificate above it, is not valid yet.</summary>
    NotYetValid,

    /// <summary>It was not issued for this use.</summary>
    WrongUsage,

    /// <summary>It does not bear the server's name.</summary>
    WrongName,

    /// <summary>It, or a certificate above it, was revoked.</summary>
    Revoked,

    /// <summary>Whether it was revoked cannot be said: the authority's list is missing, past its time, or not the authority's.</summary>
    RevocationUnknown,

    /// <summary>Its names give no identity.</summary>
    IdentityInvalid,

    /// <summary>It, or a certificate above it, has a key or a signature that is too weak.</summary>
    TooWeak,

    /// <summary>The chain breaks another rule (constraints, policies, signatures).</summary>
    ChainInvalid,
}

/// <summary>A certificate's judgement: an identity, or a named failure with one sentence.</summary>
public sealed record CertificateResult
{
    private CertificateResult()
    {
    }

    /// <summary>Who the peer is; null when the certificate is refused.</summary>
    public PeerIdentity? Identity { get; private init; }

    /// <summary>Why the certificate is refused; null when it is not.</summary>
    public CertificateFailure? Failure { get; private init; }

    /// <summary>When the first certificate of the chain expires; the least value when the certificate is refused.</summary>
    public DateTimeOffset NotAfter { get; private init; }

    /// <summary>One sentence for the log and the operator; empty on success.</summary>
    public string Message { get; private init; } = "";

    /// <summary>Whether the certificate holds.</summary>
    [MemberNotNullWhen(true, nameof(Identity))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsValid => Identity is not null;

    internal static CertificateResult Valid(PeerIdentity identity, DateTimeOffset notAfter) => new() { Identity = identity, NotAfter = notAfter };

    internal static CertificateResult Refused(CertificateFailure failure, string message) => new() { Failure = failure, Message = message };
}
