using System.Formats.Asn1;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Cli.Pki;

/// <summary>The two forms of certificate that the authority issues, as requests ready to be signed; strict verifiers take them.</summary>
internal static class CertificateForms
{
    private static readonly Oid ServerAuthentication = new("1.3.6.1.5.5.7.3.1");
    private static readonly Oid ClientAuthentication = new("1.3.6.1.5.5.7.3.2");
    private static readonly Oid ApproverUsage = new(PolicyDocument.DefaultApproverUsage);

    public static CertificateRequest Authority(ECDsa key, string commonName)
    {
        var request = new CertificateRequest(Subject(commonName), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, true, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, critical: true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        return request;
    }

    public static CertificateRequest EndEntity(ECDsa key, X509Certificate2 authority, CertificateOrder order)
    {
        PeerIdentity? identity = null;
        if (order.Identity is { } text && !PeerIdentity.TryParse(text, out identity, out string problem))
        {
            throw new ArgumentException(problem, nameof(order));
        }
        string commonName = identity is { Kind: IdentityKind.CommonName } ? After(identity, "cn:") : order.Name;
        var request = new CertificateRequest(Subject(commonName), key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(Usages(order), critical: false));
        if ((identity is null ? ServerNames(order) : IdentityName(identity)) is { } names) request.CertificateExtensions.Add(names);
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, critical: false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(authority, true, false));
        return request;
    }

    private static X500DistinguishedName Subject(string commonName)
    {
        var builder = new X500DistinguishedNameBuilder();
        builder.AddCommonName(commonName);
        return builder.Build();
    }

    private static OidCollection Usages(CertificateOrder order)
    {
        var usages = new OidCollection { order.IsServer ? ServerAuthentication : ClientAuthentication };
        if (order.Approver) usages.Add(ApproverUsage);
        return usages;
    }

    private static X509Extension ServerNames(CertificateOrder order)
    {
        var builder = new SubjectAlternativeNameBuilder();
        foreach (string name in order.ServerNames)
        {
            if (IPAddress.TryParse(name, out IPAddress? address)) builder.AddIpAddress(address);
            else builder.AddDnsName(name);
        }
        return builder.Build();
    }

    private static X509Extension? IdentityName(PeerIdentity identity) => identity.Kind switch
    {
        IdentityKind.Spiffe => AlternativeName(6, identity.Value),
        IdentityKind.Email => AlternativeName(1, After(identity, "email:")),
        _ => null,
    };

    // Written by hand, for System.Uri would put a SPIFFE id into its own spelling.
    private static X509Extension AlternativeName(int tag, string value)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteCharacterString(UniversalTagNumber.IA5String, value, new Asn1Tag(TagClass.ContextSpecific, tag));
        }
        return new X509Extension("2.5.29.17", writer.Encode(), critical: false);
    }

    private static string After(PeerIdentity identity, string prefix) => identity.Value[prefix.Length..];
}
