using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Policy.Identity;

/// <summary>Which name of a certificate an identity was taken from.</summary>
public enum IdentityKind
{
    /// <summary>The one URI SAN, a SPIFFE id.</summary>
    Spiffe,

    /// <summary>The one e-mail SAN.</summary>
    Email,

    /// <summary>The subject's one common name.</summary>
    CommonName,
}

/// <summary>
/// Who a peer is: <c>spiffe://corp.example/eng/alice</c>, <c>email:bob@corp.example</c> or <c>cn:alice</c>. Printable ASCII only, so that
/// two identities that look alike are alike. E-mail addresses are in lower case: one mailbox is one identity.
/// </summary>
public sealed record PeerIdentity
{
    private PeerIdentity(IdentityKind kind, string value)
    {
        Kind = kind;
        Value = value;
    }

    /// <summary>Where the identity comes from.</summary>
    public IdentityKind Kind { get; }

    /// <summary>The identity, with its prefix; compared character by character.</summary>
    public string Value { get; }

    /// <summary>
    /// Takes the identity from a certificate's names; does not judge the certificate otherwise (see <see cref="CertificateCheck"/>).
    /// </summary>
    /// <exception cref="IdentityException">The names are ambiguous, imitate others, or are not plain.</exception>
    public static PeerIdentity FromCertificate(X509Certificate2 certificate)
    {
        CertificateNames names = CertificateNames.Read(certificate);
        if (names.SpiffeId is { } spiffe) return Parsed(spiffe);
        if (names.Email is { } email) return Parsed(IdentitySyntax.EmailPrefix + email);
        return names.CommonName is { } name
            ? Parsed(IdentitySyntax.CommonNamePrefix + name)
            : throw new IdentityException(IdentityFault.Missing, "the certificate has no SPIFFE URI, no e-mail address and no common name");
    }

    /// <summary>Reads an identity as policies and recordings write it.</summary>
    /// <param name="text">Such as <c>email:bob@corp.example</c>.</param>
    /// <param name="identity">The identity.</param>
    /// <param name="problem">One clause of what is wrong; empty on success.</param>
    public static bool TryParse(string text, [NotNullWhen(true)] out PeerIdentity? identity, out string problem)
    {
        identity = null;
        if (IdentitySyntax.Problem(text, out IdentityKind kind) is { } found)
        {
            problem = found;
            return false;
        }
        problem = "";
        identity = new PeerIdentity(kind, kind == IdentityKind.Email ? text.ToLowerInvariant() : text);
        return true;
    }

    /// <summary>The identity, as policies write it.</summary>
    public override string ToString() => Value;

    private static PeerIdentity Parsed(string text) => TryParse(text, out PeerIdentity? identity, out string problem)
        ? identity
        : throw new IdentityException(IdentityFault.Malformed, $"the certificate's name {problem}");
}
