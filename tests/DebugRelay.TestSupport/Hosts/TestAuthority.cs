using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>A certificate authority that lives as long as a test; its certificates can be wrong in any one way.</summary>
public sealed class TestAuthority : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";
    private const string ApproverUsage = "2.25.180885834128846146524271952045911554967";

    private readonly X509Certificate2 _certificate;

    public TestAuthority(string name = "Test CA")
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddYears(-2), DateTimeOffset.UtcNow.AddYears(2));
    }

    private TestAuthority(X509Certificate2 certificate) => _certificate = certificate;

    /// <summary>The authority's certificate, PEM.</summary>
    public string Pem => _certificate.ExportCertificatePem();

    /// <summary>An authority below this one, in the last fifth of its life.</summary>
    public TestAuthority Intermediate(string name)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        using X509Certificate2 issued = request.Create(_certificate, DateTimeOffset.UtcNow.AddHours(-8), DateTimeOffset.UtcNow.AddHours(2), RandomNumberGenerator.GetBytes(12));
        return new TestAuthority(issued.CopyWithPrivateKey(key));
    }

    public X509Certificate2 Client(string spiffeId, DateTimeOffset? notAfter = null, string usage = ClientAuthentication)
        => Issue("engineer", usage, notAfter ?? DateTimeOffset.UtcNow.AddHours(1), n => n.AddUri(new Uri(spiffeId)));

    /// <summary>A certificate for connections and for approving grants.</summary>
    public X509Certificate2 Approver(string spiffeId, DateTimeOffset? notAfter = null)
        => Issue("approver", [ClientAuthentication, ApproverUsage], notAfter ?? DateTimeOffset.UtcNow.AddHours(1), n => n.AddUri(new Uri(spiffeId)));

    /// <summary>An agent's certificate for 127.0.0.1 and localhost.</summary>
    public X509Certificate2 Agent(DateTimeOffset? notAfter = null) => Issue("agent", ServerAuthentication, notAfter ?? DateTimeOffset.UtcNow.AddHours(1), n =>
    {
        n.AddIpAddress(IPAddress.Loopback);
        n.AddDnsName("localhost");
        n.AddDnsName("test-host");
    });

    /// <summary>A certificate of a bus' node, which is server and client to its like.</summary>
    public X509Certificate2 BusNode() => Issue("bus", [ServerAuthentication, ClientAuthentication], DateTimeOffset.UtcNow.AddHours(1), n =>
    {
        n.AddIpAddress(IPAddress.Loopback);
        n.AddDnsName("localhost");
    });

    /// <summary>An engineer's names with a server's usage.</summary>
    public X509Certificate2 ServerAsClient(string spiffeId) => Client(spiffeId, usage: ServerAuthentication);

    /// <summary>A revocation list in DER that holds for an hour, unless told otherwise.</summary>
    public byte[] RevocationList(int number, DateTimeOffset? nextUpdate = null, params X509Certificate2[] revoked)
    {
        var builder = new CertificateRevocationListBuilder();
        foreach (X509Certificate2 certificate in revoked)
            builder.AddEntry(certificate, DateTimeOffset.UtcNow.AddMinutes(-1));
        return builder.Build(_certificate, number, nextUpdate ?? DateTimeOffset.UtcNow.AddHours(1), HashAlgorithmName.SHA256, thisUpdate: DateTimeOffset.UtcNow.AddHours(-1));
    }

    public void Dispose() => _certificate.Dispose();

    private X509Certificate2 Issue(string name, string usage, DateTimeOffset notAfter, Action<SubjectAlternativeNameBuilder> names) => Issue(name, [usage], notAfter, names);

    private X509Certificate2 Issue(string name, string[] usages, DateTimeOffset notAfter, Action<SubjectAlternativeNameBuilder> names)
    {
        using ECDsa key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(false, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([.. usages.Select(usage => new Oid(usage))], false));
        request.CertificateExtensions.Add(X509AuthorityKeyIdentifierExtension.CreateFromCertificate(_certificate, true, false));
        var builder = new SubjectAlternativeNameBuilder();
        names(builder);
        request.CertificateExtensions.Add(builder.Build());
        DateTimeOffset notBefore = notAfter < DateTimeOffset.UtcNow ? notAfter.AddHours(-1) : DateTimeOffset.UtcNow.AddMinutes(-5);
        using X509Certificate2 issued = request.Create(_certificate, notBefore, notAfter, RandomNumberGenerator.GetBytes(12));
        return issued.CopyWithPrivateKey(key);
    }
}
