using System.Security.Cryptography.X509Certificates;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Recordings;

/// <summary>A host whose policy keeps deliveries by their hash alone, and traces encrypted to a reviewer.</summary>
public sealed class KeptStreamTests
{
    private const string Rita = "spiffe://corp.example/sec/rita";
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Streams_are_kept_as_the_policy_says_and_a_reviewer_reads_what_is_encrypted()
    {
        await using RelayHost host = await RelayHost.StartAsync(Policy("encrypted"), folder => folder.WriteFile("agent.json", File.ReadAllText(folder.File("agent.json")).Replace("\"host\"", "\"reviewerCertificates\": [\"rita.crt\"], \"host\"", StringComparison.Ordinal)));
        await using SampleProcess sample = await SampleProcess.StartAsync();
        using X509Certificate2 rita = host.Authority.Client(Rita);
        string delivered = host.Folder.File("a.nettrace");
        string[] trace = ["trace", $"{sample.Id}", "-o", delivered, "--duration", "1s", "--profile", "http"];

        // Nobody to encrypt to: the operation is refused, not kept in the clear.
        await using (TestProcess refused = await host.RunClientAsync(trace))
            Assert.Contains("the policy keeps this encrypted to reviewers", refused.Errors.Text, StringComparison.Ordinal);
        RelayHost.WritePem(host.Folder, "rita", rita);

        await using (TestProcess client = await host.RunClientAsync(trace))
            Assert.True(client.ExitCode == 0, client.Errors.Text);
        string recording = Directory.GetDirectories(host.Recordings).Single(folder => Directory.GetFiles(folder, "*.enc", SearchOption.AllDirectories).Length > 0);
        Assert.Equal(["0002.nettrace.enc", "0002.nettrace.key"], Directory.GetFiles(Path.Combine(recording, "streams")).Select(Path.GetFileName).Order(StringComparer.Ordinal));
        Assert.Empty(Directory.GetFiles(host.Folder.File("spool")));

        Assert.Matches("^OK .* 4 streams, 0 heads witnessed, end countersigned, both ledgers agree", await ClientAsync(0, "recording", "verify", recording, "--ca", host.CaFile, "--ledger", host.Folder.File("state")));
        string[] key = ["--cert", host.Folder.File("rita.crt"), "--key", host.Folder.File("rita.key")], opened = ["-o", host.Folder.File("opened.nettrace")];
        await ClientAsync(0, ["recording", "decrypt", recording, .. key, .. opened]);
        Assert.Equal(await File.ReadAllBytesAsync(delivered, Cancellation), await File.ReadAllBytesAsync(host.Folder.File("opened.nettrace"), Cancellation));
        Assert.Contains(" #2 ", await ClientAsync(0, ["recording", "replay", recording, "--fast", .. key]), StringComparison.Ordinal);
        Assert.Contains("encrypted to reviewers: give --cert and --key", await ClientAsync(0, "recording", "replay", recording, "--fast"), StringComparison.Ordinal);
        Assert.Contains("(encrypted)", await ClientAsync(0, "recording", "show", recording, "--ca", host.CaFile), StringComparison.Ordinal);
        string report = host.Folder.File("report.html");
        await ClientAsync(0, "recording", "report", recording, "--ca", host.CaFile, "-o", report);
        Assert.Contains("kept encrypted to reviewers", await File.ReadAllTextAsync(report, Cancellation), StringComparison.Ordinal);

        RelayHost.WritePem(host.Folder, "mallory", host.Authority.Client("spiffe://corp.example/sec/mallory"));
        await ClientAsync(4, "recording", "decrypt", recording, "--cert", host.Folder.File("mallory.crt"), "--key", host.Folder.File("mallory.key"), "-o", host.Folder.File("no"));
        Assert.False(File.Exists(host.Folder.File("no")));
    }

    private static string Policy(string trace) => RelayHost.OpenPolicy.TrimEnd()[..^1] + $$"""
        , "reviewers": { "members": ["spiffe://corp.example/sec/*"] }
        , "recordings": { "streams": "hash", "operations": { "trace": "{{trace}}" } }
        }
        """;

    private static async Task<string> ClientAsync(int exitCode, params string[] arguments)
    {
        await using TestProcess client = await TestProcess.RunAsync(BuiltPrograms.Client, arguments, RelayHost.NoDiagnostics);
        Assert.True(client.ExitCode == exitCode, client.Output.Text + client.Errors.Text);
        return client.Output.Text;
    }
}
