using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;
using Xunit;
using static DebugRelay.Tests.Policy.TestAuthority;

namespace DebugRelay.Tests.Policy.Identity;

public sealed class PeerIdentityTests : IDisposable
{
    private readonly TestAuthority _authority = Create();

    public void Dispose() => _authority.Dispose();

    [Theory]
    [InlineData("spiffe://corp.example/eng/alice", "", "alice", "spiffe://corp.example/eng/alice")]
    [InlineData("spiffe://corp.example/eng/alice", "bob@corp.example", "carol", "spiffe://corp.example/eng/alice")]
    [InlineData("", "bob@corp.example", "carol", "email:bob@corp.example")]
    [InlineData("", "Bob@Corp.Example", "carol", "email:bob@corp.example")]
    [InlineData("tag:microsoft.com,2022-09-14:sid:S-1-5-21", "bob@corp.example", "", "email:bob@corp.example")]
    [InlineData("", "", "carol", "cn:carol")]
    [InlineData("", "", "Carol O'Neil (ops)", "cn:Carol O'Neil (ops)")]
    public void The_first_of_spiffe_email_and_common_name_is_the_identity(string uri, string email, string commonName, string expected)
    {
        X509Certificate2 certificate = IssueNames(uri, email, commonName);

        Assert.Equal(expected, PeerIdentity.FromCertificate(certificate).Value);
    }

    [Theory]
    [InlineData("SPIFFE://corp.example/eng/alice")]
    [InlineData("Spiffe://corp.example/eng/alice")]
    [InlineData(" spiffe://corp.example/eng/alice")]
    [InlineData("spiffe:corp.example/eng/alice")]
    [InlineData("spiffe:///eng/alice")]
    [InlineData("spiffe://corp.example")]
    [InlineData("spiffe://corp.example/")]
    [InlineData("spiffe://corp.example/eng/alice/")]
    [InlineData("spiffe://corp.example//alice")]
    [InlineData("spiffe://corp.example/eng/../lead/alice")]
    [InlineData("spiffe://corp.example/eng/./alice")]
    [InlineData("spiffe://corp.example/eng%2Falice")]
    [InlineData("spiffe://corp.example/eng/al%69ce")]
    [InlineData("spiffe://corp.example/eng/alice\0.evil")]
    [InlineData("spiffe://corp.example/eng/alice\n")]
    [InlineData("spiffe://corp.example/eng/alice\u001b[2K")]
    [InlineData("spiffe://corp.example/eng/alicé")]
    [InlineData("spiffe://corp.example:443/eng/alice")]
    [InlineData("spiffe://root@corp.example/eng/alice")]
    [InlineData("spiffe://corp.example/eng/alice?admin=1")]
    [InlineData("spiffe://corp.example/eng/alice#x")]
    [InlineData("spiffe://Corp.example/eng/alice")]
    [InlineData("spiffe://corp.example/eng/*")]
    public void A_uri_that_only_resembles_a_spiffe_id_is_refused_and_no_other_name_is_taken(string uri)
    {
        X509Certificate2 certificate = IssueNames(uri, "bob@corp.example", "carol");

        var error = Assert.Throws<IdentityException>(() => PeerIdentity.FromCertificate(certificate));
        Assert.Equal(IdentityFault.Malformed, error.Fault);
    }

    [Theory]
    [InlineData("bob")]
    [InlineData("bob@")]
    [InlineData("@corp.example")]
    [InlineData("bob@corp.example@evil.example")]
    [InlineData("bob@corp.example\0@evil.example")]
    [InlineData("bob@corp..example")]
    [InlineData("*@corp.example")]
    [InlineData("bob/x@corp.example")]
    [InlineData("bob%40x@corp.example")]
    [InlineData("\"bob\"@corp.example")]
    [InlineData("bób@corp.example")]
    [InlineData("bob@corp.example ")]
    public void An_email_address_that_is_not_plain_is_refused(string email)
    {
        X509Certificate2 certificate = IssueNames("", email, "carol");

        var error = Assert.Throws<IdentityException>(() => PeerIdentity.FromCertificate(certificate));
        Assert.Equal(IdentityFault.Malformed, error.Fault);
    }

    [Theory]
    [InlineData("spiffe://corp.example/eng/alice")]
    [InlineData("email:bob@corp.example")]
    [InlineData("cn:carol")]
    [InlineData("eng/alice")]
    [InlineData("carol ")]
    [InlineData(" carol")]
    [InlineData("carol  smith")]
    [InlineData("carol\0evil")]
    [InlineData("carol\u0000")]
    [InlineData("саrоl")]
    [InlineData("carol\u200b")]
    [InlineData("carol*")]
    [InlineData("%63arol")]
    [InlineData("carol\u007f")]
    public void A_common_name_that_imitates_or_hides_something_is_refused(string commonName)
    {
        X509Certificate2 certificate = IssueNames("", "", commonName);

        var error = Assert.Throws<IdentityException>(() => PeerIdentity.FromCertificate(certificate));
        Assert.Equal(IdentityFault.Malformed, error.Fault);
    }

    [Fact]
    public void Encodings_of_a_common_name_that_have_no_one_reading_are_refused()
    {
        X509Certificate2 certificate = _authority.Issue(Subject((UniversalTagNumber.T61String, "carol")), names: []);

        Assert.Throws<IdentityException>(() => PeerIdentity.FromCertificate(certificate));
    }

    [Fact]
    public void Two_names_of_a_kind_are_ambiguous()
    {
        byte[] alice = Uri("spiffe://corp.example/eng/alice"), bob = Uri("spiffe://corp.example/eng/bob");
        AssertAmbiguous(_authority.Issue(names: Names(alice, bob)));
        AssertAmbiguous(_authority.Issue(names: Names(alice, alice)));
        AssertAmbiguous(_authority.Issue(names: Names(alice, Uri("https://corp.example"))));
        AssertAmbiguous(_authority.Issue(names: Names(Email("a@corp.example"), Email("b@corp.example"))));
        AssertAmbiguous(_authority.Issue(Subject((UniversalTagNumber.UTF8String, "alice"), (UniversalTagNumber.UTF8String, "bob")), names: []));
    }

    [Fact]
    public void A_second_list_of_alternative_names_is_ambiguous()
    {
        var second = new X509Extension("2.5.29.17", Names(Uri("spiffe://corp.example/lead/bob")), false);

        // .NET's builder refuses to repeat an extension; the certificate is patched into having two, as a careless authority's would.
        X509Certificate2 certificate = _authority.Issue(extensions: new X509Extension("2.5.29.18", second.RawData, false));
        byte[] der = certificate.RawData;
        int oid = der.AsSpan().IndexOf((byte[])[0x55, 0x1d, 0x12]);
        der[oid + 2] = 0x11;
        using X509Certificate2 twice = X509CertificateLoader.LoadCertificate(der);

        AssertAmbiguous(twice);
    }

    [Fact]
    public void A_certificate_without_any_name_has_no_identity()
    {
        X509Certificate2 certificate = _authority.Issue(new X500DistinguishedName("O=Corp"), Names(Dns("alice.corp.example")));

        Assert.Equal(IdentityFault.Missing, Assert.Throws<IdentityException>(() => PeerIdentity.FromCertificate(certificate)).Fault);
    }

    [Fact]
    public void Broken_alternative_names_are_malformed()
    {
        X509Certificate2 certificate = _authority.Issue(names: [0x30, 0x03, 0x86, 0x09, 0x61]);

        Assert.Equal(IdentityFault.Malformed, Assert.Throws<IdentityException>(() => PeerIdentity.FromCertificate(certificate)).Fault);
    }

    [Fact]
    public void An_identity_is_read_back_from_its_text()
    {
        Assert.True(PeerIdentity.TryParse("email:Bob@corp.example", out PeerIdentity? identity, out _));
        Assert.Equal("email:bob@corp.example", identity.ToString());
        Assert.False(PeerIdentity.TryParse("bob", out _, out string problem));
        Assert.Contains("begins with none of", problem);
    }

    private X509Certificate2 IssueNames(string uri, string email, string commonName)
    {
        byte[][] parts = [Dns("workstation.example"), .. uri == "" ? Array.Empty<byte[]>() : [Uri(uri)], .. email == "" ? Array.Empty<byte[]>() : [Email(email)]];
        return _authority.Issue(commonName == "" ? new X500DistinguishedName("O=Corp") : Subject((UniversalTagNumber.UTF8String, commonName)), Names(parts));
    }

    private static void AssertAmbiguous(X509Certificate2 certificate) =>
        Assert.Equal(IdentityFault.Ambiguous, Assert.Throws<IdentityException>(() => PeerIdentity.FromCertificate(certificate)).Fault);
}
