using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Recording;

namespace DebugRelay.Tests.Recording;

/// <summary>A throw-away CA: root, intermediate, and what they issue.</summary>
internal sealed class TestPki
{
    public static readonly DateTimeOffset From = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    public static readonly DateTimeOffset Until = new(2026, 3, 1, 0, 0, 0, TimeSpan.Zero);
    public const string ServerAuth = "1.3.6.1.5.5.7.3.1";
    public const string ClientAuth = "1.3.6.1.5.5.7.3.2";

    private readonly DateTimeOffset _from;
    private readonly DateTimeOffset _until;

    /// <param name="name">The root's name.</param>
    /// <param name="valid">A time at which the certificates are valid, where it is not <see cref="From"/>.</param>
    public TestPki(string name = "Test root", DateTimeOffset? valid = null)
    {
        _from = valid?.AddDays(-1) ?? From;
        _until = valid?.AddDays(1) ?? Until;
        Root = CreateCa(name, null);
        Intermediate = CreateCa(name + " issuing", Root);
        Agent = new RecordingIdentity(Issue("pay-07", ServerAuth, Intermediate), [Intermediate]);
    }

    public X509Certificate2 Root { get; }

    public X509Certificate2 Intermediate { get; }

    public RecordingIdentity Agent { get; }

    public X509Certificate2Collection Anchors => [Root];

    public string WriteRoot(string folder)
    {
        var file = Path.Combine(folder, Guid.NewGuid().ToString("N") + ".crt");
        File.WriteAllText(file, Root.ExportCertificatePem() + "\n");
        return file;
    }

    public X509Certificate2 Issue(
        string name, string? usage, X509Certificate2? issuer = null, X509KeyUsageFlags keyUsage = X509KeyUsageFlags.DigitalSignature, bool rsa = false,
        ECCurve? curve = null)
    {
        using var ecdsaKey = ECDsa.Create(curve ?? ECCurve.NamedCurves.nistP256);
        using var rsaKey = RSA.Create(2048);
        var subject = new X500DistinguishedName("CN=" + name);
        var request = rsa
            ? new CertificateRequest(subject, rsaKey, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, ecdsaKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(keyUsage, true));
        if (usage is not null)
            request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(usage)], false));
        if (usage == ClientAuth)
            request.CertificateExtensions.Add(Engineer(name));
        issuer ??= Root;
        using var certificate = request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!), _from, _until, RandomNumberGenerator.GetBytes(8));
        return rsa ? certificate.CopyWithPrivateKey(rsaKey) : certificate.CopyWithPrivateKey(ecdsaKey);
    }

    private static X509Extension Engineer(string name)
    {
        var names = new SubjectAlternativeNameBuilder();
        names.AddUri(new Uri($"spiffe://corp.example/eng/{name}"));
        return names.Build();
    }

    private X509Certificate2 CreateCa(string name, X509Certificate2? issuer)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=" + name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        if (issuer is null)
            return request.CreateSelfSigned(_from.AddYears(-1), _until.AddYears(1));
        using var certificate = request.Create(
            issuer.SubjectName, X509SignatureGenerator.CreateForECDsa(issuer.GetECDsaPrivateKey()!), _from, _until, RandomNumberGenerator.GetBytes(8));
        return certificate.CopyWithPrivateKey(key);
    }
}
