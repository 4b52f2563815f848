using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Refusals;

/// <summary>The door as a tool that is not ours sees it: `openssl s_client`.</summary>
public sealed class OpenSslTests
{
    private const string Hello = "\"protocol\":1";

    [Fact]
    public async Task The_agent_speaks_to_a_good_certificate_over_tls_1_3_and_to_nothing_else()
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        await using RelayHost host = await RelayHost.StartAsync();
        using (X509Certificate2 alice = host.Authority.Client(RelayHost.Alice))
            RelayHost.WritePem(host.Folder, "alice", alice);
        string[] withCertificate = ["-cert", host.Folder.File("alice.crt"), "-key", host.Folder.File("alice.key")];

        string good = await DialAsync(host, [.. withCertificate, "-tls1_3"]);
        Assert.Contains(Hello, good, StringComparison.Ordinal);

        string without = await DialAsync(host, ["-tls1_3"]);
        Assert.DoesNotContain(Hello, without, StringComparison.Ordinal);

        string old = await DialAsync(host, [.. withCertificate, "-tls1_2"]);
        Assert.Contains("alert protocol version", old, StringComparison.Ordinal);
        Assert.DoesNotContain(Hello, old, StringComparison.Ordinal);

        string other = await DialAsync(host, [.. withCertificate, "-tls1_3", "-alpn", "h2"]);
        Assert.Contains("alert no application protocol", other, StringComparison.Ordinal);
        Assert.DoesNotContain(Hello, other, StringComparison.Ordinal);
    }

    /// <summary>Dials, says what no client would, and reads until the agent closes.</summary>
    private static async Task<string> DialAsync(RelayHost host, params string[] arguments)
    {
        string[] alpn = arguments.Contains("-alpn") ? [] : ["-alpn", "debugrelay/1"];
        await using TestProcess openssl = TestProcess.Start(
            "openssl", ["s_client", "-quiet", "-connect", $"127.0.0.1:{host.Port}", "-CAfile", host.CaFile, .. alpn, .. arguments]);
        try
        {
            await openssl.Input.WriteLineAsync("no frame");
            openssl.Input.Close();
        }
        catch (IOException)
        {
            // It was turned away before it could say anything.
        }
        await openssl.WaitForExitAsync();
        return openssl.Output.Text + openssl.Errors.Text;
    }
}
