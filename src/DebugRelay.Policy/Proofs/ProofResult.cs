using System.Diagnostics.CodeAnalysis;

namespace DebugRelay.Policy.Proofs;

/// <summary>Why a proof or a signed request is refused.</summary>
public enum ProofFailure
{
    /// <summary>The signed bytes, the signature or the certificates are not of the form asked for, or too large.</summary>
    Malformed,

    /// <summary>The certificate does not hold.</summary>
    CertificateRefused,

    /// <summary>The signature is not one by this key over these bytes.</summary>
    SignatureInvalid,

    /// <summary>It was made for another host.</summary>
    WrongHost,

    /// <summary>It was made for another session.</summary>
    WrongSession,

    /// <summary>It does not answer the nonce that was given: a replay.</summary>
    WrongNonce,

    /// <summary>Its time is over.</summary>
    Expired,

    /// <summary>It asks for more time than any session may have.</summary>
    TooLong,
}

/// <summary>What verified, or a named failure with one sentence.</summary>
/// <typeparam name="T">What verified.</typeparam>
public sealed record ProofResult<T>
    where T : class
{
    /// <summary>What verified; null on failure.</summary>
    public T? Value { get; internal init; }

    /// <summary>Why not; null on success.</summary>
    public ProofFailure? Failure { get; internal init; }

    /// <summary>One sentence for the log and the operator; empty on success.</summary>
    public string Message { get; internal init; } = "";

    /// <summary>Whether it verified.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    [MemberNotNullWhen(false, nameof(Failure))]
    public bool IsValid => Value is not null;
}
