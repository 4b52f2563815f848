using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;
using Xunit;
using static DebugRelay.Tests.Policy.TestAuthority;

namespace DebugRelay.Tests.Policy.Identity;

public sealed class CertificateCheckTests : IDisposable
{
    private readonly TestAuthority _authority = Create();

    public void Dispose() => _authority.Dispose();

    [Fact]
    public void A_client_of_the_authority_is_who_its_certificate_says()
    {
        CertificateResult result = CertificateCheck.ForClient(_authority.Issue(), [], _authority.Trust, Now);

        Assert.True(result.IsValid, result.Message);
        Assert.Equal("spiffe://corp.example/eng/alice", result.Identity.Value);
    }

    [Fact]
    public void An_agent_is_known_by_its_names_and_address()
    {
        X509Certificate2 certificate = _authority.Issue(names: Names(Dns("db-1.example"), [0x87, 4, 127, 0, 0, 1]), usages: [ServerUsage]);

        Assert.True(CertificateCheck.ForAgent(certificate, [], _authority.Trust, "db-1.example", Now).IsValid);
        Assert.True(CertificateCheck.ForAgent(certificate, [], _authority.Trust, "127.0.0.1", Now).IsValid);
        Assert.Equal(CertificateFailure.WrongName, CertificateCheck.ForAgent(certificate, [], _authority.Trust, "db-2.example", Now).Failure);
        Assert.Equal(CertificateFailure.WrongName, CertificateCheck.ForAgent(certificate, [], _authority.Trust, "127.0.0.2", Now).Failure);
        Assert.Equal(CertificateFailure.WrongName, CertificateCheck.ForAgent(certificate, [], _authority.Trust, "alice", Now).Failure);
        Assert.Equal(CertificateFailure.WrongName, CertificateCheck.ForAgent(certificate, [], _authority.Trust, "", Now).Failure);
    }

    [Fact]
    public void A_strangers_authority_is_unknown_even_under_the_same_name()
    {
        using TestAuthority stranger = Create();

        CertificateResult result = CertificateCheck.ForClient(stranger.Issue(), [stranger.Certificate], _authority.Trust, Now);

        Assert.False(result.IsValid);
        Assert.Contains(result.Failure.Value, new[] { CertificateFailure.UnknownAuthority, CertificateFailure.ChainInvalid });
    }

    [Fact]
    public void Another_authority_is_unknown()
    {
        using TestAuthority stranger = Create("Another CA");

        Assert.Equal(CertificateFailure.UnknownAuthority, FailureOf(stranger.Issue(), [stranger.Certificate]));
    }

    [Fact]
    public void A_certificate_that_signed_itself_is_unknown()
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=alice", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientUsage)], false));
        using X509Certificate2 certificate = request.CreateSelfSigned(Now.AddHours(-1), Now.AddHours(1));

        Assert.Equal(CertificateFailure.UnknownAuthority, FailureOf(certificate));
    }

    [Fact]
    public void The_validity_ends_and_begins_on_the_second()
    {
        X509Certificate2 certificate = _authority.Issue(from: Now, until: Now.AddHours(1));

        Assert.Equal(CertificateFailure.NotYetValid, CertificateCheck.ForClient(certificate, [], _authority.Trust, Now.AddSeconds(-1)).Failure);
        Assert.True(CertificateCheck.ForClient(certificate, [], _authority.Trust, Now).IsValid);
        Assert.True(CertificateCheck.ForClient(certificate, [], _authority.Trust, Now.AddHours(1).AddSeconds(-1)).IsValid);
        Assert.Equal(CertificateFailure.Expired, CertificateCheck.ForClient(certificate, [], _authority.Trust, Now.AddHours(1)).Failure);
    }

    [Fact]
    public void The_time_zone_of_the_question_does_not_matter()
    {
        X509Certificate2 certificate = _authority.Issue(from: Now, until: Now.AddMinutes(10));

        Assert.True(CertificateCheck.ForClient(certificate, [], _authority.Trust, Now.AddMinutes(5).ToOffset(TimeSpan.FromHours(9))).IsValid);
    }

    [Fact]
    public void An_expired_authority_takes_its_certificates_with_it()
    {
        using TestAuthority old = Create(notAfter: Now.AddMinutes(-1));

        Assert.Equal(CertificateFailure.Expired, CertificateCheck.ForClient(old.Issue(), [], old.Trust, Now).Failure);
    }

    [Theory]
    [InlineData(ServerUsage)]
    [InlineData("")]
    [InlineData("2.5.29.37.0")]
    [InlineData("1.3.6.1.5.5.7.3.3 2.25.180885834128846146524271952045911554967")]
    public void A_client_without_the_client_usage_is_refused(string usages) =>
        Assert.Equal(CertificateFailure.WrongUsage, FailureOf(_authority.Issue(usages: usages.Split(' ', StringSplitOptions.RemoveEmptyEntries))));

    [Fact]
    public void An_agent_without_the_server_usage_is_refused()
    {
        X509Certificate2 certificate = _authority.Issue(names: Names(Dns("db-1.example")));

        Assert.Equal(CertificateFailure.WrongUsage, CertificateCheck.ForAgent(certificate, [], _authority.Trust, "db-1.example", Now).Failure);
    }

    [Fact]
    public void A_key_that_may_not_sign_is_refused()
    {
        X509Certificate2 certificate = _authority.Issue(extensions: new X509KeyUsageExtension(X509KeyUsageFlags.KeyEncipherment, true));

        Assert.Equal(CertificateFailure.WrongUsage, FailureOf(certificate));
    }

    [Fact]
    public void An_authoritys_certificate_is_no_clients() =>
        Assert.Equal(CertificateFailure.WrongUsage, FailureOf(_authority.Issue(extensions: new X509BasicConstraintsExtension(true, false, 0, true))));

    [Fact]
    public void A_clients_certificate_is_no_authority()
    {
        X509Certificate2 alice = _authority.Issue();
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=mallory", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(ClientUsage)], false));
        var signer = X509SignatureGenerator.CreateForECDsa(alice.GetECDsaPrivateKey()!);
        using X509Certificate2 mallory = request.Create(alice.SubjectName, signer, Now.AddHours(-1), Now.AddHours(1), [1, 2, 3]);

        CertificateResult result = CertificateCheck.ForClient(mallory, [alice], _authority.Trust, Now);

        Assert.False(result.IsValid);
    }

    [Fact]
    public void An_intermediate_is_needed_and_comes_from_the_peer()
    {
        using TestAuthority intermediate = _authority.CreateIntermediate("Team CA");
        X509Certificate2 certificate = intermediate.Issue();

        Assert.Equal(CertificateFailure.UnknownAuthority, FailureOf(certificate));
        CertificateResult result = CertificateCheck.ForClient(certificate, [intermediate.Certificate], _authority.Trust, Now);
        Assert.True(result.IsValid, result.Message);
    }

    [Fact]
    public void A_flood_of_intermediates_is_refused()
    {
        X509Certificate2[] many = [.. Enumerable.Repeat(_authority.Certificate, DebugRelay.Policy.Limits.ChainCertificates)];

        Assert.Equal(CertificateFailure.ChainInvalid, FailureOf(_authority.Issue(), many));
    }

    [Fact]
    public void A_small_RSA_key_is_too_weak_and_a_usual_one_is_not()
    {
        Assert.Equal(CertificateFailure.TooWeak, FailureOf(_authority.Issue(newKey: () => RSA.Create(1024))));
        Assert.Null(FailureOf(_authority.Issue(newKey: () => RSA.Create(2048))));
    }

    [Fact]
    public void A_changed_certificate_is_refused()
    {
        byte[] der = _authority.Issue().RawData;
        int name = der.AsSpan().IndexOf("eng/alice"u8);
        "eng/mally"u8.CopyTo(der.AsSpan(name));
        using X509Certificate2 changed = X509CertificateLoader.LoadCertificate(der);

        Assert.False(CertificateCheck.ForClient(changed, [], _authority.Trust, Now).IsValid);
    }

    [Fact]
    public void Names_that_are_no_identity_are_named_so()
    {
        X509Certificate2 certificate = _authority.Issue(names: Names(Uri("spiffe://corp.example/eng/a"), Uri("spiffe://corp.example/eng/b")));

        CertificateResult result = CertificateCheck.ForClient(certificate, [], _authority.Trust, Now);

        Assert.Equal(CertificateFailure.IdentityInvalid, result.Failure);
        Assert.Contains("2 URI names", result.Message);
    }

    [Fact]
    public void An_unknown_critical_extension_is_refused() =>
        Assert.Equal(CertificateFailure.ChainInvalid, FailureOf(_authority.Issue(extensions: new X509Extension("1.3.6.1.4.1.99999.1", [5, 0], true))));

    private CertificateFailure? FailureOf(X509Certificate2 certificate, params X509Certificate2[] intermediates) =>
        CertificateCheck.ForClient(certificate, intermediates, _authority.Trust, Now).Failure;
}
