using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Identity;
using Xunit;
using static DebugRelay.Tests.Policy.TestAuthority;

namespace DebugRelay.Tests.Policy.Identity;

public sealed class RevocationTests : IDisposable
{
    private readonly TestAuthority _authority = Create();
    private readonly TemporaryDirectory _directory = new();
    private readonly X509Certificate2 _alice;
    private readonly X509Certificate2 _bob;

    public RevocationTests()
    {
        _alice = _authority.Issue();
        _bob = _authority.Issue();
    }

    public void Dispose()
    {
        _authority.Dispose();
        _directory.Dispose();
    }

    [Fact]
    public void The_listed_certificate_is_revoked_and_the_other_stands()
    {
        TrustStore trust = TrustWith(_authority.RevocationList(Now.AddDays(1), 7, _alice));

        Assert.Equal(CertificateFailure.Revoked, FailureOf(_alice, trust));
        Assert.Null(FailureOf(_bob, trust));
        Assert.Equal(7, trust.RevocationLists.Lists[0].Number);
        Assert.Equal(1, trust.RevocationLists.Lists[0].Count);
        Assert.Equal("CN=Test CA", trust.RevocationLists.Lists[0].Issuer.Name);
    }

    [Fact]
    public void A_list_past_its_time_lets_nobody_in_and_still_names_the_revoked()
    {
        TrustStore trust = TrustWith(_authority.RevocationList(Now, 1, _alice));

        Assert.Equal(CertificateFailure.Revoked, FailureOf(_alice, trust));
        Assert.Equal(CertificateFailure.RevocationUnknown, FailureOf(_bob, trust));
        Assert.Null(CertificateCheck.ForClient(_bob, [], trust, Now.AddSeconds(-1)).Failure);
    }

    [Fact]
    public void A_newer_list_does_not_undo_an_older_ones_entry()
    {
        TrustStore trust = TrustWith(_authority.RevocationList(Now.AddDays(1), 1, _alice), _authority.RevocationList(Now.AddDays(2), 2));

        Assert.Equal(CertificateFailure.Revoked, FailureOf(_alice, trust));
        Assert.Null(FailureOf(_bob, trust));
    }

    [Fact]
    public void A_list_of_the_same_name_by_another_key_counts_for_nothing()
    {
        using TestAuthority impostor = Create();

        Assert.Equal(CertificateFailure.RevocationUnknown, FailureOf(_bob, TrustWith(impostor.RevocationList(Now.AddDays(1), 9))));
    }

    [Fact]
    public void An_authority_without_a_list_beside_others_is_unknown()
    {
        using TestAuthority other = Create("Another CA");

        Assert.Equal(CertificateFailure.RevocationUnknown, FailureOf(_bob, TrustWith(other.RevocationList(Now.AddDays(1), 1))));
    }

    [Fact]
    public void A_list_changed_by_one_bit_of_its_entries_is_not_the_authoritys()
    {
        byte[] list = _authority.RevocationList(Now.AddDays(1), 1, _alice);
        int serial = list.AsSpan().IndexOf(_alice.SerialNumberBytes.Span);
        list[serial + 4] ^= 1;

        Assert.Equal(CertificateFailure.RevocationUnknown, FailureOf(_alice, TrustWith(list)));
    }

    [Fact]
    public void Intermediates_are_looked_up_in_their_own_authoritys_list()
    {
        using TestAuthority intermediate = _authority.CreateIntermediate("Team CA");
        X509Certificate2 certificate = intermediate.Issue();
        byte[] lower = intermediate.RevocationList(Now.AddDays(1), 1);

        CertificateFailure? Judge(params byte[][] lists) =>
            CertificateCheck.ForClient(certificate, [intermediate.Certificate], TrustWith(lists), Now).Failure;

        Assert.Null(Judge(lower, _authority.RevocationList(Now.AddDays(1), 1)));
        Assert.Equal(CertificateFailure.Revoked, Judge(lower, _authority.RevocationList(Now.AddDays(1), 1, intermediate.Certificate)));
        Assert.Equal(CertificateFailure.RevocationUnknown, Judge(lower));
        Assert.Equal(CertificateFailure.RevocationUnknown, Judge(_authority.RevocationList(Now.AddDays(1), 1)));
    }

    [Fact]
    public void A_list_by_a_certificate_that_may_not_sign_lists_counts_for_nothing()
    {
        // The same authority's key, in a certificate whose key usage lacks cRLSign.
        using ECDsa key = _authority.Certificate.GetECDsaPrivateKey()!;
        var request = new CertificateRequest("CN=Test CA", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        using X509Certificate2 narrow = request.CreateSelfSigned(Now.AddYears(-1), Now.AddYears(1));
        CertificateRevocationLists lists = CertificateRevocationLists.Load(_directory.Write("ca.crl", _authority.RevocationList(Now.AddDays(1), 1)));

        CertificateResult result = CertificateCheck.ForClient(_bob, [], new TrustStore([narrow], lists), Now);

        Assert.Equal(CertificateFailure.RevocationUnknown, result.Failure);
    }

    [Fact]
    public void Several_lists_in_one_PEM_file_are_read_all()
    {
        var text = new StringBuilder("# lists\n");
        foreach (byte[] list in new[] { _authority.RevocationList(Now.AddDays(1), 1), _authority.RevocationList(Now.AddDays(1), 2, _alice) })
        {
            text.AppendLine(PemEncoding.WriteString("X509 CRL", list));
        }
        CertificateRevocationLists lists = CertificateRevocationLists.Load(_directory.Write("all.crl", text.ToString()));

        Assert.Equal(2, lists.Lists.Count);
        Assert.Equal(CertificateFailure.Revoked, FailureOf(_alice, new TrustStore([_authority.Certificate], lists)));
    }

    [Theory]
    [InlineData("")]
    [InlineData("not a list")]
    [InlineData("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")]
    public void A_file_without_a_list_is_an_error_that_names_it(string text)
    {
        string path = _directory.Write("bad.crl", text);

        Assert.StartsWith(path, Assert.Throws<TrustException>(() => CertificateRevocationLists.Load(path)).Message);
    }

    [Fact]
    public void A_missing_file_and_one_that_is_too_large_are_errors()
    {
        string huge = _directory.File("huge.crl");
        using (FileStream file = File.Create(huge)) file.SetLength(DebugRelay.Policy.Limits.RevocationFileBytes + 1L);

        Assert.Throws<TrustException>(() => CertificateRevocationLists.Load(_directory.File("missing.crl")));
        Assert.Throws<TrustException>(() => CertificateRevocationLists.Load(huge));
    }

    [Fact]
    public void Every_cut_of_a_list_is_refused()
    {
        byte[] list = _authority.RevocationList(Now.AddDays(1), 1, _alice);

        for (int length = 0; length < list.Length; length++)
        {
            string path = _directory.Write("cut.crl", list[..length]);
            Assert.Throws<TrustException>(() => CertificateRevocationLists.Load(path));
        }
        Assert.Throws<TrustException>(() => CertificateRevocationLists.Load(_directory.Write("long.crl", [.. list, 0])));
    }

    [Fact]
    public void Trust_anchors_come_from_PEM()
    {
        TrustStore trust = TrustStore.Load(_directory.Write("ca.crt", _authority.Certificate.ExportCertificatePem()));

        Assert.Null(FailureOf(_alice, trust));
        Assert.Throws<TrustException>(() => TrustStore.Load(_directory.Write("empty.crt", "nothing")));
        Assert.Throws<TrustException>(() => TrustStore.Load(_directory.File("missing.crt")));
    }

    private TrustStore TrustWith(params byte[][] lists)
    {
        string[] paths = [.. lists.Select((list, i) => _directory.Write($"{i}.crl", list))];
        return new TrustStore([_authority.Certificate], CertificateRevocationLists.Load(paths));
    }

    private static CertificateFailure? FailureOf(X509Certificate2 certificate, TrustStore trust) =>
        CertificateCheck.ForClient(certificate, [], trust, Now).Failure;
}
