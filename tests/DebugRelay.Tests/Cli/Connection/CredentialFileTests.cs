using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using Xunit;

namespace DebugRelay.Tests.Cli.Connection;

public sealed class CredentialFileTests : IDisposable
{
    private const string Passphrase = "correct horse";

    private readonly TemporaryFolder _folder = new();
    private readonly TestAuthority _authority = new();
    private readonly X509Certificate2 _alice;

    public CredentialFileTests() => _alice = _authority.Client(RelayHost.Alice);

    public void Dispose()
    {
        _alice.Dispose();
        _authority.Dispose();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("")]
    [InlineData(Passphrase)]
    public void A_pkcs12_file_brings_its_key(string passphrase)
    {
        string file = _folder.File("alice.p12");
        File.WriteAllBytes(file, _alice.Export(X509ContentType.Pkcs12, passphrase));
        var asked = new List<string>();
        Check(CredentialFile.Load(file, file, Answer(asked, "mistyped", passphrase)));
        Assert.Equal(passphrase.Length == 0 ? 0 : 2, asked.Count);
        Assert.True(CredentialFile.HoldsKey(file));
    }

    [Fact]
    public void An_encrypted_pem_key_is_opened_by_its_passphrase()
    {
        string certificate = _folder.WriteFile("alice.crt", _alice.ExportCertificatePem());
        using ECDsa pair = _alice.GetECDsaPrivateKey()!;
        string key = _folder.WriteFile("alice.key", pair.ExportEncryptedPkcs8PrivateKeyPem(Passphrase, new PbeParameters(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 10_000)));
        Check(CredentialFile.Load(certificate, key, Answer([], Passphrase)));
        Assert.False(CredentialFile.HoldsKey(certificate));
    }

    [Fact]
    public void Certificate_and_key_may_share_a_file()
    {
        using ECDsa pair = _alice.GetECDsaPrivateKey()!;
        string both = _folder.WriteFile("alice.pem", $"{_alice.ExportCertificatePem()}\n{pair.ExportPkcs8PrivateKeyPem()}\n");
        Assert.True(CredentialFile.HoldsKey(both));
        Check(CredentialFile.Load(both, both, ask: null));
    }

    [Fact]
    public void What_does_not_open_is_told()
    {
        string file = _folder.File("alice.p12");
        File.WriteAllBytes(file, _alice.Export(X509ContentType.Pkcs12, Passphrase));
        Assert.Contains("no terminal", Complaint(file, file, null), StringComparison.Ordinal);
        var asked = new List<string>();
        Assert.Contains("with this passphrase", Complaint(file, file, Answer(asked, "a", "b", "c", "d")), StringComparison.Ordinal);
        Assert.Equal(3, asked.Count);

        string certificate = _folder.WriteFile("alice.crt", _alice.ExportCertificatePem());
        using ECDsa other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        string foreign = _folder.WriteFile("other.key", other.ExportPkcs8PrivateKeyPem());
        Assert.Contains("other.key cannot be used", Complaint(certificate, foreign, null), StringComparison.Ordinal);
        Assert.Contains("holds no certificate", Complaint(foreign, foreign, null), StringComparison.Ordinal);
        Assert.Contains("cannot be read", Complaint(_folder.File("none"), foreign, null), StringComparison.Ordinal);
    }

    private static string Complaint(string certificate, string key, AskPassphrase? ask) => Assert.Throws<UsageException>(() => CredentialFile.Load(certificate, key, ask)).Message;

    private static AskPassphrase Answer(List<string> asked, params string[] answers)
    {
        return file =>
        {
            asked.Add(file);
            return answers[asked.Count - 1];
        };
    }

    private void Check((X509Certificate2 Certificate, X509Certificate2Collection Others) loaded)
    {
        Assert.Equal(_alice.Thumbprint, loaded.Certificate.Thumbprint);
        Assert.True(loaded.Certificate.HasPrivateKey);
        Assert.Empty(loaded.Others);
        loaded.Certificate.Dispose();
    }
}
