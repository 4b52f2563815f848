using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;
using Xunit;

namespace DebugRelay.Tests.Policy.Identity;

/// <summary>Certificates and lists that plain openssl made.</summary>
public sealed class OpenSslCertificateTests : IDisposable
{
    private const string Client = "extendedKeyUsage=clientAuth\nkeyUsage=critical,digitalSignature\n";

    private readonly TemporaryDirectory _directory = new();

    public OpenSslCertificateTests()
    {
        _directory.Write("ca.cnf", $"""
            [ca]
            default_ca=main
            [main]
            database={_directory.File("index.txt")}
            crlnumber={_directory.File("crlnumber")}
            default_md=sha256
            default_crl_days=30
            crl_extensions=numbered
            [numbered]
            authorityKeyIdentifier=keyid
            [partial]
            authorityKeyIdentifier=keyid
            issuingDistributionPoint=critical,@scope
            [scope]
            onlyuser=TRUE

            """);
        _directory.Write("index.txt", "");
        _directory.Write("crlnumber", "0A\n");
        SelfSigned("ca", "/CN=Plain CA", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");
    }

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_spiffe_uri_an_email_and_a_common_name_are_identities()
    {
        Assert.Equal("spiffe://corp.example/eng/alice", Judge(Issue("alice", "subjectAltName=URI:spiffe://corp.example/eng/alice,email:a@corp.example\n" + Client)).Identity?.Value);
        Assert.Equal("email:bob@corp.example", Judge(Issue("bob", "subjectAltName=email:bob@corp.example\n" + Client)).Identity?.Value);
        Assert.Equal("cn:carol", Judge(Issue("carol", Client)).Identity?.Value);
    }

    [Fact]
    public void Two_spiffe_uris_and_a_common_name_that_imitates_one_are_refused()
    {
        X509Certificate2 two = Issue("two", "subjectAltName=URI:spiffe://corp.example/eng/a,URI:spiffe://corp.example/eng/b\n" + Client);
        X509Certificate2 imitation = Issue("spiffe:\\/\\/corp.example\\/eng\\/alice", Client);

        Assert.Equal(CertificateFailure.IdentityInvalid, Judge(two).Failure);
        Assert.Equal(CertificateFailure.IdentityInvalid, Judge(imitation).Failure);
    }

    [Fact]
    public void Usages_are_told_apart()
    {
        X509Certificate2 server = Issue("server", "subjectAltName=DNS:localhost,IP:127.0.0.1\nextendedKeyUsage=serverAuth\n");

        Assert.Equal(CertificateFailure.WrongUsage, Judge(server).Failure);
        Assert.True(CertificateCheck.ForAgent(server, [], Trust(), "localhost", During(server)).IsValid);
        Assert.Equal(CertificateFailure.WrongUsage, Judge(Issue("none", "basicConstraints=CA:FALSE\n")).Failure);
    }

    [Fact]
    public void An_intermediate_of_RSA_below_an_authority_of_EC_holds()
    {
        X509Certificate2 intermediate = Issue("team", "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign,cRLSign\n", "ca", "rsa:2048");
        X509Certificate2 dave = Issue("dave", Client, "team");

        CertificateResult result = CertificateCheck.ForClient(dave, [intermediate], Trust(), During(dave));

        Assert.True(result.IsValid, result.Message);
        Assert.Equal(CertificateFailure.UnknownAuthority, Judge(dave).Failure);
    }

    [Fact]
    public void Another_authority_is_unknown()
    {
        SelfSigned("evil", "/CN=Evil CA", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256");

        Assert.Equal(CertificateFailure.UnknownAuthority, Judge(Issue("alice", Client, "evil")).Failure);
    }

    [Fact]
    public void A_list_of_openssl_revokes_and_its_number_is_read()
    {
        X509Certificate2 alice = Issue("alice", Client), bob = Issue("bob", Client);
        OpenSsl.Succeed(_directory.Path, "ca", "-config", "ca.cnf", "-keyfile", "ca.key", "-cert", "ca.crt", "-revoke", "alice.crt", "-crl_reason", "keyCompromise");
        MakeList("numbered");
        TrustStore trust = Trust("ca.crl");

        Assert.Equal(10, trust.RevocationLists.Lists[0].Number);
        Assert.Equal(CertificateFailure.Revoked, CertificateCheck.ForClient(alice, [], trust, During(alice)).Failure);
        Assert.Null(CertificateCheck.ForClient(bob, [], trust, During(bob)).Failure);
        Assert.Equal(CertificateFailure.RevocationUnknown, CertificateCheck.ForClient(bob, [], trust, During(bob).AddDays(31)).Failure);
    }

    [Fact]
    public void A_list_of_RSA_is_verified()
    {
        SelfSigned("ca", "/CN=Plain CA", "-newkey", "rsa:2048");
        X509Certificate2 bob = Issue("bob", Client);
        MakeList("numbered");

        Assert.Null(CertificateCheck.ForClient(bob, [], Trust("ca.crl"), During(bob)).Failure);
    }

    [Fact]
    public void A_list_with_a_critical_extension_that_is_not_known_is_refused()
    {
        MakeList("partial");

        Assert.Contains("2.5.29.28", Assert.Throws<TrustException>(() => Trust("ca.crl")).Message);
    }

    private X509Certificate2 Issue(string name, string extensions, string issuer = "ca", string newKey = "ec")
    {
        string file = name.Length < 10 ? name : "long";
        _directory.Write($"{file}.ext", extensions);
        string[] curve = newKey == "ec" ? ["-pkeyopt", "ec_paramgen_curve:P-256"] : [];
        OpenSsl.Succeed(
            _directory.Path, ["req", "-new", "-nodes", "-newkey", newKey, .. curve, "-keyout", $"{file}.key", "-out", $"{file}.csr", "-subj", $"/CN={name}"]);
        OpenSsl.Succeed(
            _directory.Path, "x509", "-req", "-in", $"{file}.csr", "-CA", $"{issuer}.crt", "-CAkey", $"{issuer}.key", "-CAcreateserial",
            "-days", "60", "-extfile", $"{file}.ext", "-out", $"{file}.crt");
        return X509CertificateLoader.LoadCertificateFromFile(_directory.File($"{file}.crt"));
    }

    private void SelfSigned(string file, string subject, params string[] newKey) =>
        OpenSsl.Succeed(
            _directory.Path, ["req", "-x509", "-nodes", .. newKey, "-keyout", $"{file}.key", "-out", $"{file}.crt", "-subj", subject, "-days", "365",
            "-addext", "keyUsage=critical,keyCertSign,cRLSign"]);

    private void MakeList(string extensions) => OpenSsl.Succeed(
        _directory.Path, "ca", "-gencrl", "-config", "ca.cnf", "-keyfile", "ca.key", "-cert", "ca.crt", "-crlexts", extensions, "-out", "ca.crl");

    private TrustStore Trust(params string[] lists) => TrustStore.Load(_directory.File("ca.crt"), [.. lists.Select(_directory.File)]);

    private CertificateResult Judge(X509Certificate2 certificate) => CertificateCheck.ForClient(certificate, [], Trust(), During(certificate));

    private static DateTimeOffset During(X509Certificate2 certificate) => new DateTimeOffset(certificate.NotBefore).AddMinutes(1);
}
