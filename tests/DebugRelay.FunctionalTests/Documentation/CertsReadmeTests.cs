using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Documentation;

/// <summary>The openssl commands of certs/README.md work as they stand there.</summary>
public sealed partial class CertsReadmeTests
{
    [Fact]
    public async Task The_commands_make_a_PKI_and_revoke_a_certificate_of_it()
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        using var folder = new TemporaryFolder();
        IEnumerable<string> blocks = ShellBlock().Matches(await ReadmeAsync()).Select(block => block.Groups[1].Value);
        string script = folder.WriteFile("readme.sh", string.Join('\n', blocks));
        var environment = new Dictionary<string, string?> { ["OPENSSL_CONF"] = null };

        await using var shell = TestProcess.Start("bash", ["-euo", "pipefail", script], environment, folder.Path);
        int exitCode = await shell.WaitForExitAsync();

        Assert.True(exitCode == 0, shell.Errors.Text);
        Assert.Equal(["agent.crt: OK", "alice.crt: OK", "lee.crt: OK"], shell.Output.All);
        Assert.Contains("certificate revoked", shell.Errors.Text, StringComparison.Ordinal);
        Assert.Equal(Owner, File.GetUnixFileMode(folder.File("ca.key")));
        Assert.Equal(["1.3.6.1.5.5.7.3.2", "2.25.180885834128846146524271952045911554967"], ExtendedKeyUsages(folder.File("lee.crt")));
    }

    private const UnixFileMode Owner = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private static Task<string> ReadmeAsync()
    {
        DirectoryInfo? folder = new(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "DebugRelay.sln"))) folder = folder.Parent;
        Assert.NotNull(folder);
        return File.ReadAllTextAsync(Path.Combine(folder.FullName, "certs", "README.md"), TestContext.Current.CancellationToken);
    }

    private static string?[] ExtendedKeyUsages(string path)
    {
        using X509Certificate2 certificate = X509CertificateLoader.LoadCertificateFromFile(path);
        OidCollection usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().Single().EnhancedKeyUsages;
        return [.. usages.Cast<Oid>().Select(usage => usage.Value)];
    }

    [GeneratedRegex("^```sh\n(.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex ShellBlock();
}
