using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Access;

/// <summary>Unscrubbed data reach the engineer, and nobody else on the way: not the agent's memory, not the recording; reviewers where the policy says so.</summary>
public sealed class UnscrubbedTests
{
    [Fact]
    public async Task The_engineer_has_the_secret_in_clear_and_the_agent_and_the_recording_do_not()
    {
        await using AccessHost host = await AccessHost.StartAsync(
            AccessHost.Policy(forReviewers: ", \"unscrubbed\": \"ciphertext\""), folder => Configure(folder, "\"reviewerCertificates\": [\"rita.crt\"],"));
        using X509Certificate2 rita = host.Host.Authority.Client(AccessHost.Rita);
        RelayHost.WritePem(host.Host.Folder, "rita", rita);
        TestProcess without = await host.TraceAsync("no.nettrace", "--unscrubbed", "--grant", await host.GrantAsync(["--operation", "trace"], AccessHost.Lea));
        Assert.Equal(3, without.ExitCode);
        Assert.Contains("does not speak of unscrubbed data", without.Errors.Text, StringComparison.Ordinal);

        string grant = await host.GrantAsync(["--operation", "trace", "--operation", "unscrubbed"], AccessHost.Lea);
        AccessHost.Succeeded(await host.TraceForAsync("3s", "raw.nettrace", "--unscrubbed", "--grant", grant));
        byte[] raw = await File.ReadAllBytesAsync(host.Host.Folder.File("raw.nettrace"), TestContext.Current.CancellationToken);
        byte[][] leaked = [.. host.Sample.Secrets.Select(secret => Encoding.Unicode.GetBytes(secret.Value)).Where(secret => raw.AsSpan().IndexOf(secret) >= 0)];
        Assert.NotEmpty(leaked);

        Assert.NotEmpty(ProcessMemory.Find(host.Sample.Id, leaked));
        Assert.Empty(ProcessMemory.Find(host.Host.Agent.Id, leaked));
        foreach (string file in Directory.EnumerateFiles(host.Host.Recordings, "*", SearchOption.AllDirectories))
        {
            byte[] recorded = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
            Assert.DoesNotContain(leaked, secret => recorded.AsSpan().IndexOf(secret) >= 0);
        }
        await AssertReviewerReadsAsync(host, raw);
    }

    private static async Task AssertReviewerReadsAsync(AccessHost host, byte[] raw)
    {
        string recorded = Directory.GetFiles(host.Host.Recordings, "*.sealed", SearchOption.AllDirectories).Single();
        string[] unseal = ["access", "unseal", recorded, "--cert", host.Host.Folder.File("rita.crt"), "--key", host.Host.Folder.File("rita.key"), "-o", host.Host.Folder.File("opened.nettrace")];
        AccessHost.Succeeded(await TestProcess.RunAsync(BuiltPrograms.Client, unseal, RelayHost.NoDiagnostics));
        Assert.Equal(raw, await File.ReadAllBytesAsync(host.Host.Folder.File("opened.nettrace"), TestContext.Current.CancellationToken));
    }

    private static void Configure(DebugRelay.TestSupport.TemporaryFolder folder, string line)
    {
        string path = folder.File("agent.json");
        File.WriteAllText(path, File.ReadAllText(path).Replace("\"host\":", $"{line}\n  \"host\":", StringComparison.Ordinal));
    }
}
