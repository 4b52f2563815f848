using System.Globalization;
using System.Runtime.Versioning;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Pki;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using DebugRelay.Tests.Policy;
using Xunit;

namespace DebugRelay.Tests.Cli.Pki;

public sealed class DevelopmentAuthorityTests : IDisposable
{
    private const string AliceId = "spiffe://corp.example/eng/alice";

    private readonly TemporaryDirectory _directory = new();
    private readonly SettableTime _time = new();
    private readonly DevelopmentAuthority _authority;

    public DevelopmentAuthorityTests() => _authority = new DevelopmentAuthority(_directory.File("pki"), _time);

    public void Dispose() => _directory.Dispose();

    [Fact]
    public void A_strict_openssl_accepts_the_authority_its_list_and_both_kinds_of_certificate()
    {
        _authority.Init();
        _authority.Issue(Agent());
        _authority.Issue(Alice());

        Assert.Equal((0, "agent.crt: OK"), OpenSslVerify("agent.crt", "sslserver", "-verify_hostname", "localhost"));
        Assert.Equal((0, "agent.crt: OK"), OpenSslVerify("agent.crt", "sslserver", "-verify_ip", "127.0.0.1"));
        Assert.Equal((0, "alice.crt: OK"), OpenSslVerify("alice.crt", "sslclient"));
        Assert.NotEqual(0, OpenSslVerify("alice.crt", "sslserver").ExitCode);
        Assert.NotEqual(0, OpenSslVerify("agent.crt", "sslclient").ExitCode);
        Assert.NotEqual(0, OpenSslVerify("agent.crt", "sslserver", "-verify_hostname", "db-1").ExitCode);
    }

    [Fact]
    public void Our_own_check_accepts_them_too()
    {
        _authority.Init();
        _authority.Issue(Agent());
        _authority.Issue(Alice());
        _authority.Issue(Alice() with { Name = "bob", Identity = "email:bob@corp.example" });
        _authority.Issue(Alice() with { Name = "carol", Identity = "cn:carol smith" });

        Assert.Equal(AliceId, Judge("alice").Identity?.Value);
        Assert.Equal("email:bob@corp.example", Judge("bob").Identity?.Value);
        Assert.Equal("cn:carol smith", Judge("carol").Identity?.Value);
        Assert.Equal(CertificateFailure.WrongUsage, Judge("agent").Failure);
        using X509Certificate2 agent = Load("agent");
        Assert.True(CertificateCheck.ForAgent(agent, [], Trust(), "127.0.0.1", _time.GetUtcNow()).IsValid);
        Assert.True(CertificateCheck.ForAgent(agent, [], Trust(), "localhost", _time.GetUtcNow()).IsValid);
        Assert.Equal(CertificateFailure.WrongUsage, CertificateCheck.ForAgent(Load("alice"), [], Trust(), "localhost", _time.GetUtcNow()).Failure);
    }

    [Fact]
    public void Only_an_approver_bears_the_approvers_usage()
    {
        _authority.Init();
        _authority.Issue(Alice());
        _authority.Issue(Alice() with { Name = "lead", Approver = true });

        Assert.DoesNotContain(PolicyDocument.DefaultApproverUsage, UsagesOf("alice"));
        Assert.Contains(PolicyDocument.DefaultApproverUsage, UsagesOf("lead"));
        Assert.Contains(TestAuthority.ClientUsage, UsagesOf("lead"));
    }

    [Fact]
    public void Certificates_are_short_lived_unless_told_otherwise()
    {
        _authority.Init();

        Assert.Equal(_time.GetUtcNow().AddHours(12), _authority.Issue(Alice()));
        Assert.Equal(_time.GetUtcNow().AddDays(90), _authority.Issue(Agent()));
        Assert.Equal(_time.GetUtcNow().AddHours(1), _authority.Issue(Alice() with { Name = "short", Lifetime = TimeSpan.FromHours(1) }));
        Assert.Equal(_time.GetUtcNow() + DevelopmentAuthority.AuthorityLifetime, _authority.Issue(Alice() with { Name = "long", Lifetime = TimeSpan.MaxValue }));
    }

    [Fact]
    public void An_expired_authority_issues_nothing()
    {
        _authority.Init();
        _time.Advance(DevelopmentAuthority.AuthorityLifetime);

        Assert.Contains("has expired", Assert.Throws<PkiException>(() => _authority.Issue(Alice())).Problem);
    }

    [Fact]
    public void Revocation_reaches_openssl_and_us_and_its_number_rises()
    {
        _authority.Init();
        _authority.Issue(Alice());
        _authority.Issue(Alice() with { Name = "bob", Identity = "email:bob@corp.example" });
        Assert.Equal(1, Trust().RevocationLists.Lists[0].Number);

        Assert.Equal(1, _authority.Revoke("alice"));

        Assert.Equal(2, Trust().RevocationLists.Lists[0].Number);
        Assert.Equal(CertificateFailure.Revoked, Judge("alice").Failure);
        Assert.Null(Judge("bob").Failure);
        Assert.Contains("revoked", OpenSslVerify("alice.crt", "sslclient").Output);
        Assert.Equal(0, OpenSslVerify("bob.crt", "sslclient").ExitCode);
    }

    [Fact]
    public void Revoking_one_leaves_those_revoked_before()
    {
        _authority.Init();
        _authority.Issue(Alice());
        _authority.Issue(Alice() with { Name = "bob", Identity = "email:bob@corp.example" });
        _authority.Revoke("alice");
        _authority.Revoke("bob");
        _authority.Revoke("alice");
        _authority.RenewRevocationList();

        CertificateRevocationList list = Trust().RevocationLists.Lists[0];
        Assert.Equal((5, 2), ((int)list.Number!.Value, list.Count));
    }

    [Fact]
    public void Revocation_reaches_a_certificate_whose_file_was_overwritten()
    {
        _authority.Init();
        _authority.Issue(Alice());
        using X509Certificate2 first = Load("alice");
        _authority.Issue(Alice(), force: true);

        Assert.Equal(2, _authority.Revoke("alice"));
        Assert.Equal(CertificateFailure.Revoked, CertificateCheck.ForClient(first, [], Trust(), _time.GetUtcNow()).Failure);
        Assert.Equal(CertificateFailure.Revoked, Judge("alice").Failure);
    }

    [Fact]
    public void A_certificate_that_openssl_issued_by_the_same_authority_is_revoked_by_its_file()
    {
        _authority.Init();
        string pki = _directory.File("pki");
        OpenSsl.Succeed(pki, "req", "-new", "-nodes", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-keyout", "dave.key", "-out", "dave.csr", "-subj", "/CN=dave");
        OpenSsl.Succeed(pki, "x509", "-req", "-in", "dave.csr", "-CA", "ca.crt", "-CAkey", "ca.key", "-set_serial", "0x00ab", "-days", "30", "-out", "dave.crt");

        Assert.Equal(1, _authority.Revoke("dave"));
        Assert.Equal(1, Trust().RevocationLists.Lists[0].Count);
    }

    [Fact]
    public void The_list_falls_due_and_is_renewed()
    {
        _authority.Init();
        _authority.Issue(Alice() with { Lifetime = TimeSpan.FromDays(200) });
        _time.Advance(DevelopmentAuthority.RevocationListLifetime);
        Assert.Equal(CertificateFailure.RevocationUnknown, Judge("alice").Failure);

        _authority.RenewRevocationList();

        Assert.Null(Judge("alice").Failure);
        Assert.Equal(2, Trust().RevocationLists.Lists[0].Number);
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public void Every_file_is_the_owners_alone()
    {
        _authority.Init();
        _authority.Issue(Alice());
        _authority.Revoke("alice");

        string[] files = Directory.GetFiles(_directory.File("pki"));
        Assert.Equal(["alice.crt", "alice.key", "ca.crl", "ca.crt", "ca.issued", "ca.key", "ca.lock"], files.Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.All(files, file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
    }

    [Fact]
    public void Nothing_is_overwritten_unless_told()
    {
        _authority.Init();
        _authority.Issue(Alice());
        byte[] authority = Bytes("ca.crt"), key = Bytes("ca.key"), alice = Bytes("alice.crt");

        Assert.Contains("--force", Assert.Throws<PkiException>(() => _authority.Init()).Advice);
        Assert.Contains("--force", Assert.Throws<PkiException>(() => _authority.Issue(Alice())).Advice);
        Assert.Equal((authority, key, alice), (Bytes("ca.crt"), Bytes("ca.key"), Bytes("alice.crt")), new BytesComparer());

        _authority.Issue(Alice(), force: true);
        Assert.NotEqual(alice, Bytes("alice.crt"));
        _authority.Init(force: true);
        Assert.NotEqual(authority, Bytes("ca.crt"));
        Assert.Equal(CertificateFailure.UnknownAuthority, Judge("alice").Failure);
    }

    [Fact]
    public void A_second_command_in_the_folder_is_kept_out()
    {
        _authority.Init();
        using (new PkiFiles(_directory.File("pki")).Lock())
        {
            Assert.Contains("another command", Assert.Throws<PkiException>(() => _authority.Issue(Alice())).Problem);
        }
        _authority.Issue(Alice());
    }

    [Fact]
    public void Without_an_authority_or_with_a_broken_list_nothing_is_done()
    {
        Assert.Contains("pki init", Assert.Throws<PkiException>(() => _authority.Issue(Alice())).Advice);
        _authority.Init();
        Assert.Contains("no certificate was issued", Assert.Throws<PkiException>(() => _authority.Revoke("nobody")).Problem);
        _authority.Issue(Alice());
        _directory.Write("pki/ca.crl", "gone");
        Assert.Contains("cannot be read", Assert.Throws<PkiException>(() => _authority.Revoke("alice")).Problem);
    }

    [Theory]
    [InlineData("ca", AliceId, "", "authority's own name")]
    [InlineData("CA", AliceId, "", "authority's own name")]
    [InlineData("../alice", AliceId, "", "cannot name files")]
    [InlineData("", AliceId, "", "cannot name files")]
    [InlineData(".alice", AliceId, "", "cannot name files")]
    [InlineData("alice\tbob", AliceId, "", "cannot name files")]
    [InlineData("alice", null, "", "an agent's or an engineer's")]
    [InlineData("alice", AliceId, "localhost", "an agent's or an engineer's")]
    [InlineData("alice", "alice", "", "begins with none of")]
    [InlineData("alice", "spiffe://corp.example/eng/*", "", "a path with other characters")]
    [InlineData("agent", null, "local host", "no DNS name")]
    [InlineData("agent", null, "*.corp.example", "no DNS name")]
    public void An_order_that_makes_no_certificate_is_refused(string name, string? identity, string server, string expected)
    {
        _authority.Init();
        var order = new CertificateOrder { Name = name, Identity = identity, ServerNames = server == "" ? [] : [server] };

        Assert.Contains(expected, Assert.Throws<PkiException>(() => _authority.Issue(order)).Problem);
    }

    [Fact]
    public void An_agent_is_no_approver_and_a_lifetime_is_positive()
    {
        _authority.Init();

        Assert.Throws<PkiException>(() => _authority.Issue(Agent() with { Approver = true }));
        Assert.Throws<PkiException>(() => _authority.Issue(Alice() with { Lifetime = TimeSpan.Zero }));
    }

    private static CertificateOrder Agent() => new() { Name = "agent", ServerNames = ["localhost", "127.0.0.1", "::1"] };

    private static CertificateOrder Alice() => new() { Name = "alice", Identity = AliceId };

    private TrustStore Trust() => TrustStore.Load(_directory.File("pki/ca.crt"), _directory.File("pki/ca.crl"));

    private byte[] Bytes(string name) => File.ReadAllBytes(_directory.File($"pki/{name}"));

    private X509Certificate2 Load(string name) => X509CertificateLoader.LoadCertificateFromFile(_directory.File($"pki/{name}.crt"));

    private CertificateResult Judge(string name)
    {
        using X509Certificate2 certificate = Load(name);
        return CertificateCheck.ForClient(certificate, [], Trust(), _time.GetUtcNow());
    }

    private IEnumerable<string?> UsagesOf(string name)
    {
        using X509Certificate2 certificate = Load(name);
        return [.. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Select(oid => oid.Value)];
    }

    private (int ExitCode, string Output) OpenSslVerify(string file, string purpose, params string[] more)
    {
        string at = _time.GetUtcNow().ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        (int exitCode, string output) = OpenSsl.Run(
            _directory.File("pki"), ["verify", "-x509_strict", "-attime", at, "-CAfile", "ca.crt", "-CRLfile", "ca.crl", "-crl_check", "-purpose", purpose, .. more, file]);
        return (exitCode, output.Trim());
    }

    private sealed class SettableTime : TimeProvider
    {
        private DateTimeOffset _now = TestAuthority.Now;

        public void Advance(TimeSpan by) => _now += by;

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private sealed class BytesComparer : IEqualityComparer<(byte[], byte[], byte[])>
    {
        public bool Equals((byte[], byte[], byte[]) x, (byte[], byte[], byte[]) y) =>
            x.Item1.SequenceEqual(y.Item1) && x.Item2.SequenceEqual(y.Item2) && x.Item3.SequenceEqual(y.Item3);

        public int GetHashCode((byte[], byte[], byte[]) value) => value.Item1.Length;
    }
}
