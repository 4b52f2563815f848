using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Tests.Policy;

/// <summary>An authority that issues whatever a test asks for, also what no authority should. Keys live as long as the test.</summary>
internal sealed class TestAuthority : IDisposable
{
    public const string ClientUsage = "1.3.6.1.5.5.7.3.2";
    public const string ServerUsage = "1.3.6.1.5.5.7.3.1";

    /// <summary>The time in which the tests' certificates hold; the machine's clock is elsewhere.</summary>
    public static readonly DateTimeOffset Now = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private readonly List<X509Certificate2> _issued = [];

    private TestAuthority(X509Certificate2 certificate) => Certificate = certificate;

    public X509Certificate2 Certificate { get; }

    public TrustStore Trust => new([Certificate], CertificateRevocationLists.None);

    public static TestAuthority Create(string name = "Test CA", DateTimeOffset? notAfter = null)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        return new TestAuthority(AuthorityRequest(name, key).CreateSelfSigned(Now.AddYears(-1), notAfter ?? Now.AddYears(1)));
    }

    public TestAuthority CreateIntermediate(string name)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using X509Certificate2 signed = AuthorityRequest(name, key).Create(Certificate, Now.AddMonths(-6), Now.AddMonths(6), RandomNumberGenerator.GetBytes(8));
        return new TestAuthority(signed.CopyWithPrivateKey(key));
    }

    /// <summary>A client's certificate with a SPIFFE id, unless told otherwise.</summary>
    public X509Certificate2 Issue(
        X500DistinguishedName? subject = null,
        byte[]? names = null,
        string[]? usages = null,
        DateTimeOffset? from = null,
        DateTimeOffset? until = null,
        Func<AsymmetricAlgorithm>? newKey = null,
        params X509Extension[] extensions)
    {
        using AsymmetricAlgorithm key = newKey?.Invoke() ?? ECDsa.Create(ECCurve.NamedCurves.nistP256);
        CertificateRequest request = key is RSA rsa
            ? new CertificateRequest(subject ?? new X500DistinguishedName("CN=alice"), rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject ?? new X500DistinguishedName("CN=alice"), (ECDsa)key, HashAlgorithmName.SHA256);
        AddUsages(request, usages ?? [ClientUsage]);
        byte[] alternativeNames = names ?? Names(Uri("spiffe://corp.example/eng/alice"));
        if (alternativeNames.Length > 0) request.CertificateExtensions.Add(new X509Extension("2.5.29.17", alternativeNames, false));
        foreach (X509Extension extension in extensions) request.CertificateExtensions.Add(extension);

        byte[] serial = RandomNumberGenerator.GetBytes(16);
        serial[0] = 0x80;
        var signer = X509SignatureGenerator.CreateForECDsa(Certificate.GetECDsaPrivateKey()!);
        using X509Certificate2 signed = request.Create(Certificate.SubjectName, signer, from ?? Now.AddHours(-1), until ?? Now.AddHours(11), serial);
        X509Certificate2 certificate = key is RSA again ? signed.CopyWithPrivateKey(again) : signed.CopyWithPrivateKey((ECDsa)key);
        _issued.Add(certificate);
        return certificate;
    }

    public byte[] RevocationList(DateTimeOffset nextUpdate, int number, params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (X509Certificate2 certificate in revoked) builder.AddEntry(certificate, Now.AddHours(-1));
        return builder.Build(Certificate, number, nextUpdate, HashAlgorithmName.SHA256, thisUpdate: nextUpdate.AddDays(-30));
    }

    public static X500DistinguishedName Subject(params (UniversalTagNumber Encoding, string CommonName)[] names)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach ((UniversalTagNumber encoding, string name) in names)
            {
                using (writer.PushSetOf())
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier("2.5.4.3");
                    writer.WriteCharacterString(encoding, name);
                }
            }
        }
        return new X500DistinguishedName(writer.Encode());
    }

    /// <summary>A SubjectAlternativeName of raw parts, so that a test can write what no builder would.</summary>
    public static byte[] Names(params byte[][] parts)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            foreach (byte[] part in parts) writer.WriteEncodedValue(part);
        }
        return writer.Encode();
    }

    public static byte[] Uri(string uri) => Name(6, uri);

    public static byte[] Email(string address) => Name(1, address);

    public static byte[] Dns(string name) => Name(2, name);

    public void Dispose()
    {
        Certificate.Dispose();
        _issued.ForEach(certificate => certificate.Dispose());
    }

    // One byte a character, whatever the standard says of them: NUL and Latin-1 letters get through.
    private static byte[] Name(int tag, string text)
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        writer.WriteOctetString(System.Text.Encoding.Latin1.GetBytes(text), new Asn1Tag(TagClass.ContextSpecific, tag));
        return writer.Encode();
    }

    private static CertificateRequest AuthorityRequest(string name, ECDsa key)
    {
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        return request;
    }

    private static void AddUsages(CertificateRequest request, string[] usages)
    {
        if (usages.Length == 0) return;
        var oids = new OidCollection();
        foreach (string usage in usages) oids.Add(new Oid(usage));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension(oids, false));
    }
}
