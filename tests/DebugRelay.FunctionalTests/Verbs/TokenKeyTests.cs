using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Verbs;

/// <summary>An engineer whose key lies on a token: SoftHSM, used through OpenSSL as any other token is.</summary>
public sealed class TokenKeyTests : IDisposable
{
    private const string Pin = "4711";
    private const string KeyUri = "pkcs11:token=alice;object=debugrelay;type=private";

    private static readonly string[] Modules = ["/usr/lib/softhsm/libsofthsm2.so", "/usr/lib64/pkcs11/libsofthsm2.so", "/usr/lib/x86_64-linux-gnu/softhsm/libsofthsm2.so"];
    private static readonly string[] Libraries = ["/usr/lib/x86_64-linux-gnu/engines-3/pkcs11.so", "/usr/lib/x86_64-linux-gnu/ossl-modules/pkcs11.so", "/usr/lib64/ossl-modules/pkcs11.so"];

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task A_key_on_a_token_opens_a_session_and_signs_what_is_asked()
    {
        string? module = Modules.FirstOrDefault(File.Exists);
        Assert.SkipWhen(module is null, "SoftHSM is not installed (Debian: softhsm2)");
        Assert.SkipUnless(Libraries.Any(File.Exists), "OpenSSL has no pkcs11 provider or engine (Debian: libengine-pkcs11-openssl)");
        var environment = new Dictionary<string, string?> { ["SOFTHSM2_CONF"] = _folder.File("softhsm2.conf"), ["PKCS11_MODULE_PATH"] = module, ["PKCS11_PROVIDER_MODULE"] = module };
        await using RelayHost host = await RelayHost.StartAsync();
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        await PutOnTokenAsync(alice, environment);
        _folder.WriteFile("pin", Pin);

        string[] arguments = ["ps", "--host", $"localhost:{host.Port}", "--ca", host.CaFile, "--cert", _folder.File("alice.crt"), "--key"];
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, [.. arguments, $"{KeyUri}?pin-source=file:{_folder.File("pin")}"], environment);
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        Assert.NotEmpty(Directory.GetDirectories(host.Recordings));

        await using TestProcess wrong = await TestProcess.RunAsync(BuiltPrograms.Client, [.. arguments, $"{KeyUri}?pin-value=0000"], environment);
        Assert.Equal(2, wrong.ExitCode);
        Assert.Contains("is the token there, the PIN right", wrong.Errors.Text, StringComparison.Ordinal);
        await using TestProcess silent = await TestProcess.RunAsync(BuiltPrograms.Client, [.. arguments, KeyUri], environment);
        Assert.Equal(2, silent.ExitCode);
        Assert.Contains("without its PIN", silent.Errors.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_helper_that_holds_the_key_signs_for_a_client_that_cannot_reach_it()
    {
        const string Forwarder = "/usr/lib/x86_64-linux-gnu/pkcs11/p11-kit-client.so";
        string? module = Modules.FirstOrDefault(File.Exists);
        Assert.SkipWhen(module is null, "SoftHSM is not installed (Debian: softhsm2)");
        Assert.SkipUnless(Libraries.Any(File.Exists), "OpenSSL has no pkcs11 provider or engine (Debian: libengine-pkcs11-openssl)");
        Assert.SkipUnless(File.Exists(Forwarder), "p11-kit is not installed (Debian: p11-kit, p11-kit-modules)");
        var helpers = new Dictionary<string, string?> { ["SOFTHSM2_CONF"] = _folder.File("softhsm2.conf"), ["XDG_RUNTIME_DIR"] = _folder.Path };
        await using RelayHost host = await RelayHost.StartAsync();
        using X509Certificate2 alice = host.Authority.Client(RelayHost.Alice);
        await PutOnTokenAsync(alice, helpers);
        _folder.WriteFile("pin", Pin);
        string socket = _folder.File("helper");
        await using TestProcess helper = TestProcess.Start("p11-kit", ["server", "--foreground", "--name", socket, "--provider", module!, "pkcs11:token=alice"], helpers);
        await Wait.UntilAsync(() => File.Exists(socket), "the helper listens", cancellation: TestContext.Current.CancellationToken);

        // The client knows the helper's socket; where the token lies it does not.
        var environment = new Dictionary<string, string?> { ["P11_KIT_SERVER_ADDRESS"] = $"unix:path={socket}", ["PKCS11_MODULE_PATH"] = Forwarder, ["PKCS11_PROVIDER_MODULE"] = Forwarder, ["SOFTHSM2_CONF"] = "/dev/null" };
        string[] arguments = ["ps", "--host", $"localhost:{host.Port}", "--ca", host.CaFile, "--cert", _folder.File("alice.crt"), "--key", $"{KeyUri}?pin-source=file:{_folder.File("pin")}"];
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, arguments, environment);
        Assert.True(client.ExitCode == 0, client.Errors.Text);
        Assert.NotEmpty(Directory.GetDirectories(host.Recordings));

        helper.Terminate();
        await helper.WaitForExitAsync();
        await using TestProcess alone = await TestProcess.RunAsync(BuiltPrograms.Client, arguments, environment);
        Assert.Equal(2, alone.ExitCode);
    }

    /// <summary>The certificate as a file, the key on a fresh token and nowhere else.</summary>
    private async Task PutOnTokenAsync(X509Certificate2 certificate, Dictionary<string, string?> environment)
    {
        _folder.WriteFile("softhsm2.conf", $"directories.tokendir = {_folder.CreateFolder("tokens")}\nobjectstore.backend = file\nlog.level = ERROR\n");
        RelayHost.WritePem(_folder, "alice", certificate);
        foreach (string[] step in (string[][])[
            ["--init-token", "--free", "--label", "alice", "--pin", Pin, "--so-pin", "00001111"],
            ["--import", _folder.File("alice.key"), "--token", "alice", "--label", "debugrelay", "--id", "01", "--pin", Pin]])
        {
            await using TestProcess tool = await TestProcess.RunAsync("softhsm2-util", step, environment);
            Assert.True(tool.ExitCode == 0, tool.Output.Text + tool.Errors.Text);
        }
        File.Delete(_folder.File("alice.key"));
    }
}
