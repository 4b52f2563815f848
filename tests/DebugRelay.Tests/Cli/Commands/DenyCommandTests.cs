using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public sealed class DenyCommandTests : IDisposable
{
    private readonly ClientUnderTest _client = new();

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(2, "warning: your certificate ends at ")]
    [InlineData(60, "")]
    public async Task Who_signs_is_told_when_his_certificate_ends_soon(int minutes, string warning)
    {
        using var authority = new TestAuthority();
        using X509Certificate2 certificate = authority.Client("spiffe://corp.example/sec/sam", DateTimeOffset.UtcNow.AddMinutes(minutes));
        File.WriteAllText(_client.File("sam.pem"), certificate.ExportCertificatePem() + "\n" + certificate.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());

        Outcome outcome = await _client.RunAsync("deny", "add", _client.File("deny.json"), "--session", "17", "--cert", _client.File("sam.pem"));

        Assert.True(outcome.ExitCode == 0, outcome.Error);
        Assert.Contains("1 denied", outcome.Output, StringComparison.Ordinal);
        Assert.StartsWith(warning, outcome.Error, StringComparison.Ordinal);
        Assert.Equal(warning.Length > 0, outcome.Error.Length > 0);
    }
}
