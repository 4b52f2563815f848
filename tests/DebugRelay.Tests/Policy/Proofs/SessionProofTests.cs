using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Proofs;
using Xunit;
using static DebugRelay.Tests.Policy.TestAuthority;

namespace DebugRelay.Tests.Policy.Proofs;

public sealed class SessionProofTests : IDisposable
{
    private readonly TestAuthority _authority = Create();
    private readonly ECDsa _ephemeral = EphemeralKey.NewPair();
    private readonly X509Certificate2 _alice;

    public SessionProofTests() => _alice = _authority.Issue();

    public void Dispose()
    {
        _authority.Dispose();
        _ephemeral.Dispose();
    }

    [Fact]
    public void A_proof_says_who_opened_the_session_and_with_which_key()
    {
        ProofResult<VerifiedSession> result = Verify(SessionProof.Create(_alice, [], Statement()));

        Assert.True(result.IsValid, result.Message);
        Assert.Equal("spiffe://corp.example/eng/alice", result.Value.Identity.Value);
        Assert.Equal(_ephemeral.ExportSubjectPublicKeyInfo(), result.Value.EphemeralKey.SubjectPublicKeyInfo.ToArray());
        Assert.Equal(Now.AddMinutes(30), result.Value.NotAfter);
        Assert.Equal(("ES256", "latency \"since\" 10:40 – grün", "INC-17"), (result.Value.Statement.Algorithm, result.Value.Statement.Reason, result.Value.Statement.Incident));
        Assert.Equal(_alice.GetCertHashString(HashAlgorithmName.SHA256), result.Value.CertificateSha256);
        Assert.Equal(_alice.SerialNumber, result.Value.CertificateSerialNumber);
    }

    [Fact]
    public void Keys_on_P384_and_of_RSA_sign_by_their_own_algorithm()
    {
        X509Certificate2 p384 = _authority.Issue(newKey: () => ECDsa.Create(ECCurve.NamedCurves.nistP384));
        X509Certificate2 rsa = _authority.Issue(newKey: () => RSA.Create(2048));

        Assert.Equal("ES384", Verify(SessionProof.Create(p384, [], Statement())).Value?.Statement.Algorithm);
        Assert.Equal("PS256", Verify(SessionProof.Create(rsa, [], Statement())).Value?.Statement.Algorithm);
    }

    [Fact]
    public void A_key_on_another_curve_cannot_sign()
    {
        X509Certificate2 p521 = _authority.Issue(newKey: () => ECDsa.Create(ECCurve.NamedCurves.nistP521));

        Assert.Throws<ArgumentException>(() => SessionProof.Create(p521, [], Statement()));
        using X509Certificate2 withoutKey = X509CertificateLoader.LoadCertificate(_alice.RawData);
        Assert.Throws<ArgumentException>(() => SessionProof.Create(withoutKey, [], Statement()));
    }

    [Fact]
    public void An_intermediate_travels_with_the_proof()
    {
        using TestAuthority team = _authority.CreateIntermediate("Team CA");
        X509Certificate2 bob = team.Issue();

        Assert.True(Verify(SessionProof.Create(bob, [team.Certificate], Statement())).IsValid);
        Assert.Equal(ProofFailure.CertificateRefused, Verify(SessionProof.Create(bob, [], Statement())).Failure);
    }

    [Fact]
    public void Another_host_session_or_nonce_is_refused()
    {
        SessionProof proof = SessionProof.Create(_alice, [], Statement());

        Assert.Equal(ProofFailure.WrongHost, proof.Verify(_authority.Trust, "db-2", "s-1", "nonce-1", Now).Failure);
        Assert.Equal(ProofFailure.WrongSession, proof.Verify(_authority.Trust, "db-1", "s-2", "nonce-1", Now).Failure);
        Assert.Equal(ProofFailure.WrongNonce, proof.Verify(_authority.Trust, "db-1", "s-1", "nonce-2", Now).Failure);
    }

    [Fact]
    public void A_statement_ends_on_the_second_and_lasts_a_day_at_most()
    {
        SessionProof proof = SessionProof.Create(_alice, [], Statement());

        Assert.True(Verify(proof, Now.AddMinutes(30).AddSeconds(-1)).IsValid);
        Assert.Equal(ProofFailure.Expired, Verify(proof, Now.AddMinutes(30)).Failure);
        Assert.Equal(ProofFailure.TooLong, Verify(SessionProof.Create(_alice, [], Statement() with { NotAfter = Now.AddDays(1).AddSeconds(1) })).Failure);
    }

    [Fact]
    public void A_session_ends_with_the_certificate()
    {
        ProofResult<VerifiedSession> result = Verify(SessionProof.Create(_alice, [], Statement() with { NotAfter = Now.AddHours(20) }));

        Assert.Equal(Now.AddHours(11), result.Value?.NotAfter);
    }

    [Fact]
    public void A_certificate_that_does_not_hold_proves_nothing()
    {
        using TestAuthority stranger = Create("Another CA");
        using var directory = new TemporaryDirectory();
        CertificateRevocationLists lists = CertificateRevocationLists.Load(directory.Write("ca.crl", _authority.RevocationList(Now.AddDays(1), 1, _alice)));
        var revoked = new TrustStore([_authority.Certificate], lists);

        Assert.Equal(ProofFailure.CertificateRefused, Verify(SessionProof.Create(stranger.Issue(), [], Statement())).Failure);
        Assert.Equal(ProofFailure.CertificateRefused, Verify(SessionProof.Create(_authority.Issue(usages: [ServerUsage]), [], Statement())).Failure);
        Assert.Equal(ProofFailure.CertificateRefused, SessionProof.Create(_alice, [], Statement()).Verify(revoked, "db-1", "s-1", "nonce-1", Now).Failure);
        Assert.Equal(ProofFailure.CertificateRefused, Verify(SessionProof.Create(_alice, [], Statement() with { NotAfter = Now.AddHours(20) }), Now.AddHours(12)).Failure);
    }

    [Fact]
    public void Anothers_signature_is_refused()
    {
        X509Certificate2 bob = _authority.Issue(names: Names(Uri("spiffe://corp.example/eng/bob")));
        SessionProof mine = SessionProof.Create(bob, [], Statement());

        Assert.Equal(ProofFailure.SignatureInvalid, Verify(mine with { Chain = [_alice.RawData] }).Failure);
        Assert.Equal(ProofFailure.SignatureInvalid, Verify(SessionProof.Create(_alice, [], Statement()) with { Signature = mine.Signature }).Failure);
    }

    [Fact]
    public void Bytes_written_anew_with_the_same_meaning_are_not_what_was_signed()
    {
        SessionProof proof = SessionProof.Create(_alice, [], Statement());
        string text = Encoding.UTF8.GetString(proof.Statement.Span);

        Assert.Equal(ProofFailure.SignatureInvalid, Verify(proof with { Statement = Encoding.UTF8.GetBytes(text.Replace(",", ", ", StringComparison.Ordinal)) }).Failure);
        Assert.Equal(ProofFailure.SignatureInvalid, Verify(proof with { Statement = Encoding.UTF8.GetBytes(text + "\n") }).Failure);
        Assert.Equal(ProofFailure.Malformed, Verify(proof with { Statement = Encoding.UTF8.GetBytes(" " + text) }).Failure);
    }

    [Fact]
    public void The_algorithm_named_is_the_keys_own()
    {
        string text = Encoding.UTF8.GetString(SessionProof.Create(_alice, [], Statement()).Statement.Span).Replace("ES256", "ES384", StringComparison.Ordinal);
        byte[] bytes = Encoding.UTF8.GetBytes(text);
        using ECDsa key = _alice.GetECDsaPrivateKey()!;

        var asNamed = new SessionProof(bytes, key.SignData(bytes, HashAlgorithmName.SHA384, DSASignatureFormat.Rfc3279DerSequence), [_alice.RawData]);
        var asUsual = asNamed with { Signature = key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence) };

        Assert.Equal(ProofFailure.SignatureInvalid, Verify(asNamed).Failure);
        Assert.Equal(ProofFailure.SignatureInvalid, Verify(asUsual).Failure);
    }

    [Fact]
    public void A_signed_request_is_no_statement()
    {
        // The certificate's key signs a request's bytes: the purpose inside tells them apart.
        byte[] bytes = SignedRequest.Create(_ephemeral, SignedRequestTests.List()).Request.ToArray();
        using ECDsa key = _alice.GetECDsaPrivateKey()!;
        var proof = new SessionProof(bytes, key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence), [_alice.RawData]);

        Assert.Equal(ProofFailure.Malformed, Verify(proof).Failure);
    }

    [Fact]
    public void No_changed_byte_gets_through()
    {
        SessionProof proof = SessionProof.Create(_alice, [], Statement());

        for (int i = 0; i < proof.Statement.Length; i++) Assert.False(Verify(proof with { Statement = Flipped(proof.Statement, i) }).IsValid);
        for (int i = 0; i < proof.Signature.Length; i++) Assert.False(Verify(proof with { Signature = Flipped(proof.Signature, i) }).IsValid);
        for (int i = 0; i < proof.Chain[0].Length; i++) Assert.False(Verify(proof with { Chain = [Flipped(proof.Chain[0], i)] }).IsValid);
    }

    [Fact]
    public void Certificates_out_of_form_are_malformed()
    {
        SessionProof proof = SessionProof.Create(_alice, [], Statement());
        byte[] pem = Encoding.ASCII.GetBytes(_alice.ExportCertificatePem());

        Assert.Equal(ProofFailure.Malformed, Verify(proof with { Chain = [] }).Failure);
        Assert.Equal(ProofFailure.Malformed, Verify(proof with { Chain = [ReadOnlyMemory<byte>.Empty] }).Failure);
        Assert.Equal(ProofFailure.Malformed, Verify(proof with { Chain = [pem] }).Failure);
        Assert.Equal(ProofFailure.Malformed, Verify(proof with { Chain = [(byte[])[.. _alice.RawData, 0]] }).Failure);
        Assert.Equal(ProofFailure.Malformed, Verify(proof with { Chain = [.. Enumerable.Repeat(proof.Chain[0], Limits.ChainCertificates + 1)] }).Failure);
        Assert.Equal(ProofFailure.Malformed, Verify(proof with { Chain = [new byte[Limits.CertificateBytes + 1]] }).Failure);
    }

    [Theory]
    [InlineData("\"version\":1", "\"version\":2", "version")]
    [InlineData("debugrelay session statement", "debugrelay operation request", "purpose")]
    [InlineData("\"nonce\"", "\"once\"", "document")]
    [InlineData("\"host\":\"db-1\"", "\"host\":\"db-1\",\"host\":\"db-2\"", "host")]
    [InlineData("\"host\":\"db-1\"", "\"host\":\"db-1\",\"admin\":true", "admin")]
    [InlineData("\"host\":\"db-1\"", "\"host\":[\"db-1\"]", "host")]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"../s-1\"", "session")]
    [InlineData("\"session\":\"s-1\"", "\"session\":\"\"", "session")]
    [InlineData("2031-05-06T12:30:00Z", "2031-05-06T12:30:00+01:00", "notAfter")]
    [InlineData("2031-05-06T12:30:00Z", "2031-02-30T12:30:00Z", "notAfter")]
    [InlineData("\"ephemeralKey\":\"MFkw", "\"ephemeralKey\":\"MFk w", "ephemeralKey")]
    [InlineData("\"ephemeralKey\":\"MFkw", "\"ephemeralKey\":\"AAAA", "ephemeralKey")]
    [InlineData("{\"version\"", "{/* signed by me */\"version\"", "document")]
    [InlineData("\"client\":", "\"incident\":null,\"client\":", "incident")]
    public void A_statement_out_of_form_is_refused_with_its_path(string part, string replacement, string path)
    {
        string text = Encoding.UTF8.GetString(SessionProof.Create(_alice, [], Statement()).Statement.Span);
        Assert.Contains(part, text);

        var error = Assert.Throws<DocumentException>(() => SessionStatement.Parse(Encoding.UTF8.GetBytes(text.Replace(part, replacement, StringComparison.Ordinal))));
        Assert.Equal(path, error.Path);
    }

    [Fact]
    public void A_session_key_on_another_curve_or_with_bytes_behind_it_is_refused()
    {
        using var p384 = ECDsa.Create(ECCurve.NamedCurves.nistP384);

        Assert.Throws<ArgumentException>(() => EphemeralKey.Of(p384));
        Assert.Null(EphemeralKey.TryImport(p384.ExportSubjectPublicKeyInfo()));
        Assert.Null(EphemeralKey.TryImport([.. _ephemeral.ExportSubjectPublicKeyInfo(), 0]));
        Assert.Null(EphemeralKey.TryImport(Flipped(_ephemeral.ExportSubjectPublicKeyInfo(), 90)));
        Assert.Null(EphemeralKey.TryImport(Flipped(_ephemeral.ExportSubjectPublicKeyInfo(), 15)));
        Assert.NotNull(EphemeralKey.TryImport(_ephemeral.ExportSubjectPublicKeyInfo()));
    }

    [Fact]
    public void A_creator_refuses_what_a_verifier_would()
    {
        Assert.Throws<DocumentException>(() => SessionProof.Create(_alice, [], Statement() with { Reason = new string('x', Limits.ReasonCharacters + 1) }));
        Assert.Throws<DocumentException>(() => SessionProof.Create(_alice, [], Statement() with { Session = "../../etc" }));
        SessionStatement largest = Statement() with
        {
            Host = new string('h', Limits.NameCharacters),
            Reason = string.Concat(Enumerable.Repeat("😀", Limits.ReasonCharacters / 2)),
            Client = string.Concat(Enumerable.Repeat("😀", Limits.ReasonCharacters / 2)),
            Incident = string.Concat(Enumerable.Repeat("\"", Limits.IncidentCharacters)),
        };
        Assert.True(SessionProof.Create(_alice, [], largest).Statement.Length <= Limits.StatementBytes);
    }

    [Theory]
    [InlineData("EC")]
    [InlineData("RSA")]
    public void Openssl_verifies_the_signature_over_the_bytes(string kind)
    {
        using var directory = new TemporaryDirectory();
        X509Certificate2 certificate = _authority.Issue(newKey: kind == "EC" ? null : () => RSA.Create(2048));
        SessionProof proof = SessionProof.Create(certificate, [], Statement());
        directory.Write("alice.pub", PemEncoding.WriteString("PUBLIC KEY", certificate.PublicKey.ExportSubjectPublicKeyInfo()));
        directory.Write("statement.json", proof.Statement.ToArray());
        directory.Write("statement.sig", proof.Signature.ToArray());
        string[] padding = kind == "EC" ? [] : ["-sigopt", "rsa_padding_mode:pss"];

        OpenSsl.Succeed(directory.Path, ["dgst", "-sha256", "-verify", "alice.pub", .. padding, "-signature", "statement.sig", "statement.json"]);
    }

    private SessionStatement Statement() => new()
    {
        Host = "db-1",
        Session = "s-1",
        Nonce = "nonce-1",
        EphemeralKey = EphemeralKey.Of(_ephemeral),
        NotAfter = Now.AddMinutes(30),
        Reason = "latency \"since\" 10:40 – grün",
        Incident = "INC-17",
        Client = "debugrelay/0.1.0",
    };

    private ProofResult<VerifiedSession> Verify(SessionProof proof, DateTimeOffset? now = null) =>
        proof.Verify(_authority.Trust, "db-1", "s-1", "nonce-1", now ?? Now);

    private static byte[] Flipped(ReadOnlyMemory<byte> bytes, int index)
    {
        byte[] copy = bytes.ToArray();
        copy[index] ^= 1;
        return copy;
    }
}
