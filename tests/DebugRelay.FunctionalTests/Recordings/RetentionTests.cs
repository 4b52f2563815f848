using System.Security.Cryptography.X509Certificates;
using DebugRelay.Protocol;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Recordings;

/// <summary>What retention deletes on a real host: an emergency's recording only when a reviewer has signed it.</summary>
public sealed class RetentionTests
{
    private const string Rita = "spiffe://corp.example/sec/rita";
    private static readonly string Policy = """
        {
          "roles": { "oncall": { "members": ["spiffe://corp.example/eng/*"], "allow": ["process.info"], "breakGlass": { "allow": ["process.list"], "for": "10m" } } },
          "reviewers": { "members": ["spiffe://corp.example/sec/*"] }
        }
        """;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task An_emergencys_recording_goes_when_it_is_old_and_signed_and_the_ledger_says_so()
    {
        await using RelayHost host = await RelayHost.StartAsync(Policy, folder =>
            folder.WriteFile("agent.json", File.ReadAllText(folder.File("agent.json")).Replace("\"host\"", "\"retention\": { \"age\": \"1h\" }, \"host\"", StringComparison.Ordinal)));
        await using (RawSession session = await RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation, incident: "INC-812"))
        {
            await using RawClient list = await session.SendAsync(session.Sign(session.Request("process.list") with { BreakGlass = true }), Cancellation);
            await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        }
        await host.Agent.WaitForErrorAsync(l => l.Contains(" closed (", StringComparison.Ordinal));
        host.Agent.Terminate();
        await host.Agent.WaitForExitAsync();
        string recording = host.OnlyRecording();

        await AgeAndRestartAsync(host, recording);
        Assert.True(Directory.Exists(recording), "nobody has reviewed it");

        using (X509Certificate2 rita = host.Authority.Client(Rita))
            RelayHost.WritePem(host.Folder, "rita", rita);
        await using (TestProcess review = await TestProcess.RunAsync(
            BuiltPrograms.Client,
            ["recording", "review", recording, "--ca", host.CaFile, "--policy", host.Folder.File("policy.json"), "--sign", "--cert", host.Folder.File("rita.crt"), "--key", host.Folder.File("rita.key")],
            RelayHost.NoDiagnostics))
            Assert.True(review.ExitCode == 0, review.Output.Text + review.Errors.Text);
        await AgeAndRestartAsync(host, recording);
        Assert.False(Directory.Exists(recording), "it is old, and reviewed");

        await using TestProcess verify = await TestProcess.RunAsync(
            BuiltPrograms.Client, ["recording", "verify", recording, "--ca", host.CaFile, "--ledger", host.Folder.File("state")], RelayHost.NoDiagnostics);
        Assert.StartsWith("DELETED by retention (age), ", verify.Output.Text, StringComparison.Ordinal);
    }

    /// <summary>The agent looks when it starts. It has looked when it has said so, or has nothing to say when it ends.</summary>
    private static async Task AgeAndRestartAsync(RelayHost host, string recording)
    {
        DateTime past = DateTime.UtcNow.AddHours(-2);
        foreach (string file in Directory.EnumerateFileSystemEntries(recording, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, past);
        Directory.SetLastWriteTimeUtc(recording, past);
        await using TestProcess agent = TestProcess.Start(BuiltPrograms.Agent, ["run", "--config", host.Folder.File("agent.json")], RelayHost.NoDiagnostics);
        await agent.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
        await agent.WaitForErrorAsync(l => l.Contains("retention has looked", StringComparison.Ordinal));
        agent.Terminate();
        await agent.WaitForExitAsync();
    }
}
