using System.Security.Cryptography;
using System.Security.Cryptography.Pkcs;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Policy.Cms;

/// <summary>
/// A detached CMS signature (RFC 5652) over a document's exact bytes, by one or more signers: what <c>openssl cms -sign -binary -outform DER</c>
/// makes and <c>openssl cms -verify</c> takes. That a signature verifies says nothing of its signer: his certificate is the caller's to judge.
/// </summary>
public sealed class DetachedSignature : IDisposable
{
    private const string ContentTypeAttribute = "1.2.840.113549.1.9.3";
    private const string MessageDigestAttribute = "1.2.840.113549.1.9.4";

    // SHA-256, SHA-384, SHA-512.
    private static readonly HashSet<string> Digests = ["2.16.840.1.101.3.4.2.1", "2.16.840.1.101.3.4.2.2", "2.16.840.1.101.3.4.2.3"];

    private readonly X509Certificate2Collection _certificates;

    private DetachedSignature(X509Certificate2Collection certificates, IReadOnlyList<X509Certificate2> signers)
    {
        _certificates = certificates;
        Signers = signers;
    }

    /// <summary>One certificate for each signature, in the order of the file; one person may be there twice.</summary>
    public IReadOnlyList<X509Certificate2> Signers { get; }

    /// <summary>All certificates that came along, the signers' included; used to build chains, never trusted.</summary>
    public IReadOnlyList<X509Certificate2> Certificates => [.. _certificates];

    /// <summary>Verifies every signature; one that does not hold refuses them all.</summary>
    /// <param name="content">The exact bytes of the document.</param>
    /// <param name="der">The signature, at most <see cref="Limits.DetachedSignatureBytes"/>.</param>
    /// <exception cref="SignatureException">The form is another, or a signature does not hold.</exception>
    public static DetachedSignature Verify(ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> der)
    {
        SignedCms cms = Decode(content, der);
        try
        {
            int signers = cms.SignerInfos.Count;
            if (signers is 0 or > Limits.Signers) throw new SignatureException($"has {signers} signers instead of 1 to {Limits.Signers}");
            if (cms.Certificates.Count > Limits.SignatureCertificates) throw new SignatureException($"brings more than {Limits.SignatureCertificates} certificates along");
            return new DetachedSignature(cms.Certificates, [.. cms.SignerInfos.Cast<SignerInfo>().Select(SignerOf)]);
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException or NotSupportedException)
        {
            throw new SignatureException("does not hold over the document's bytes");
        }
    }

    /// <summary>Signs a document, or adds a signer to those who signed it.</summary>
    /// <param name="content">The exact bytes of the document.</param>
    /// <param name="earlier">The signatures so far, in DER; empty where there are none. They must hold.</param>
    /// <param name="certificate">The signer's, with its private key.</param>
    /// <param name="intermediates">The certificates between his and the anchor.</param>
    /// <returns>All signatures, in DER.</returns>
    /// <exception cref="SignatureException">The earlier signatures are refused.</exception>
    /// <exception cref="CryptographicException">The key cannot sign.</exception>
    public static byte[] Sign(
        ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> earlier, X509Certificate2 certificate, IEnumerable<X509Certificate2> intermediates)
    {
        if (!earlier.IsEmpty) Verify(content, earlier).Dispose();
        SignedCms cms = earlier.IsEmpty ? New(content) : Decode(content, earlier);
        var signer = new CmsSigner(SubjectIdentifierType.IssuerAndSerialNumber, certificate)
        {
            DigestAlgorithm = new Oid("2.16.840.1.101.3.4.2.1"),
            IncludeOption = X509IncludeOption.EndCertOnly,
        };
        signer.Certificates.AddRange(intermediates.ToArray());
        signer.SignedAttributes.Add(new Pkcs9SigningTime());
        cms.ComputeSignature(signer);
        return cms.Encode();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (X509Certificate2 certificate in _certificates) certificate.Dispose();
        foreach (X509Certificate2 certificate in Signers) certificate.Dispose();
    }

    private static SignedCms New(ReadOnlyMemory<byte> content) => new(new ContentInfo(content.ToArray()), detached: true);

    private static SignedCms Decode(ReadOnlyMemory<byte> content, ReadOnlyMemory<byte> der)
    {
        if (der.Length > Limits.DetachedSignatureBytes) throw new SignatureException($"is larger than {Limits.DetachedSignatureBytes} bytes");
        CmsForm.Require(der);
        SignedCms cms = New(content);
        try
        {
            cms.Decode(der.Span);
            return cms;
        }
        catch (CryptographicException)
        {
            throw new SignatureException("is not CMS that can be read");
        }
    }

    private static X509Certificate2 SignerOf(SignerInfo signer)
    {
        if (!Digests.Contains(signer.DigestAlgorithm.Value ?? "")) throw new SignatureException("is made with a digest other than SHA-256, SHA-384 and SHA-512");

        // Without them a signature over some attributes could be passed off as one over a document.
        bool attributed = HasOne(signer, ContentTypeAttribute) && HasOne(signer, MessageDigestAttribute);
        if (!attributed) throw new SignatureException("has a signer without signed attributes");

        // Nobody vouches for those: countersignatures are no approvals, and whatever else is there is not ours.
        if (signer.UnsignedAttributes.Count > 0) throw new SignatureException("has attributes that are not signed");
        signer.CheckSignature(verifySignatureOnly: true);
        return signer.Certificate ?? throw new SignatureException("comes without a signer's certificate");
    }

    private static bool HasOne(SignerInfo signer, string attribute) =>
        signer.SignedAttributes.Cast<CryptographicAttributeObject>().Count(found => found.Oid.Value == attribute && found.Values.Count == 1) == 1;
}
