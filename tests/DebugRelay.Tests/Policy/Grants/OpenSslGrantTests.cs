using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Grants;
using Xunit;

namespace DebugRelay.Tests.Policy.Grants;

/// <summary>Grants cross over to openssl and back: the command lines are those of docs/access.md.</summary>
public sealed class OpenSslGrantTests : IDisposable
{
    private readonly GrantSamples _grants = new();
    private readonly TemporaryDirectory _folder = new();

    [Fact]
    public void Openssl_verifies_a_grant_of_two()
    {
        GrantFiles files = GrantSamples.Sign(GrantSamples.Document, _grants.Lead(), _grants.Lead("leo"));
        Write("grant.json", files.Document.ToArray());
        Write("grant.p7s", files.Signatures.ToArray());
        Write("ca.crt", Encoding.ASCII.GetBytes(_grants.Authority.Certificate.ExportCertificatePem()));
        string at = GrantSamples.Now.ToUnixTimeSeconds().ToString(System.Globalization.CultureInfo.InvariantCulture);
        string[] verify =
            ["cms", "-verify", "-binary", "-inform", "DER", "-in", "grant.p7s", "-content", "grant.json", "-CAfile", "ca.crt", "-no-CApath", "-no-CAstore", "-purpose", "any", "-attime", at, "-out", "out.json"];
        OpenSsl.Succeed(_folder.Path, verify);
        Assert.Equal(files.Document.ToArray(), File.ReadAllBytes(_folder.File("out.json")));
        Write("grant.json", [.. files.Document.ToArray(), (byte)'\n']);
        Assert.NotEqual(0, OpenSsl.Run(_folder.Path, verify).ExitCode);
    }

    [Fact]
    public void A_grant_that_openssl_signed_for_two_holds_here()
    {
        byte[] document = GrantSamples.Document.ToUtf8();
        Write("grant.json", document);
        WriteSigner("lea");
        WriteSigner("leo");
        OpenSsl.Succeed(_folder.Path, "cms", "-sign", "-binary", "-in", "grant.json", "-signer", "lea.crt", "-inkey", "lea.key", "-signer", "leo.crt", "-inkey", "leo.key",
            "-md", "sha256", "-outform", "DER", "-out", "grant.p7s");
        var files = new GrantFiles(document, File.ReadAllBytes(_folder.File("grant.p7s")));
        Assert.True(_grants.Decide(files, approvers: 2).Allowed, _grants.Decide(files, approvers: 2).Reason);
    }

    public void Dispose()
    {
        _grants.Dispose();
        _folder.Dispose();
    }

    private void WriteSigner(string name)
    {
        X509Certificate2 certificate = _grants.Lead(name);
        Write($"{name}.crt", Encoding.ASCII.GetBytes(certificate.ExportCertificatePem()));
        using ECDsa key = certificate.GetECDsaPrivateKey()!;
        Write($"{name}.key", Encoding.ASCII.GetBytes(key.ExportPkcs8PrivateKeyPem()));
    }

    private void Write(string name, byte[] bytes) => File.WriteAllBytes(_folder.File(name), bytes);
}
