using System.Security.Cryptography;
using DebugRelay.Protocol;
using DebugRelay.TestSupport.Hosts;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.FunctionalTests.Recordings;

/// <summary>The recordings of a real host, held against its two ledgers.</summary>
public sealed class LedgerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Recordings_agree_with_both_ledgers_until_somebody_lays_hands_on_them()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        string heads = host.Folder.File("heads");
        for (int i = 0; i < 3; i++)
            Assert.Equal(0, (await host.RunClientAsync("ps", "--heads", heads)).ExitCode);
        string[] sessions = [.. Directory.GetDirectories(host.Recordings).Order(StringComparer.Ordinal)];
        Assert.Equal(3, sessions.Length);
        Assert.Contains("ledger-agent.test-host ", await File.ReadAllTextAsync(heads, Cancellation), StringComparison.Ordinal);
        Assert.Contains("ledger-broker.test-host ", await File.ReadAllTextAsync(heads, Cancellation), StringComparison.Ordinal);

        Assert.All((await VerifyAsync(host, sessions[0], heads)).Split('\n'), line => Assert.Matches("^OK .*heads witnessed, end countersigned, both ledgers agree$", line));
        Assert.EndsWith("OK 3 recordings, 0 tampered with, 0 incomplete", await VerifyAsync(host, host.Recordings, heads), StringComparison.Ordinal);

        string end = Path.Combine(sessions[0], "end.sig"), away = host.Folder.File("away");
        File.Move(end, away);
        Assert.Equal("TAMPERED the end was countersigned, but end.sig is missing", await VerifyAsync(host, sessions[0], null));
        File.Move(away, end);
        Directory.Move(sessions[1], away);
        Assert.Contains($"{Path.GetFileName(sessions[1])}: TAMPERED a ledger tells of this session, but its recording is missing", await VerifyAsync(host, host.Recordings, null), StringComparison.Ordinal);
        Swap(sessions[0], sessions[2]);
        Assert.Contains(
            $"{Path.GetFileName(sessions[0])}: TAMPERED this is the recording of session {Path.GetFileName(sessions[2])}", await VerifyAsync(host, host.Recordings, null), StringComparison.Ordinal);
        Swap(sessions[0], sessions[2]);
        Directory.Move(away, sessions[1]);

        // The tail of the ledger, gone with its head made anew by who has the host: only what left it tells.
        string ledger = host.Folder.File("state/agent/ledger/ledger.ndjson");
        await File.WriteAllTextAsync(ledger, (await File.ReadAllTextAsync(ledger, Cancellation)).Replace("spiffe://corp.example/eng/alice", "spiffe://corp.example/eng/mally", StringComparison.Ordinal), Cancellation);
        Assert.StartsWith("TAMPERED the agent's ledger is changed at entry", await VerifyAsync(host, sessions[0], null), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_killed_agent_leaves_what_the_next_one_states()
    {
        await using RelayHost host = await RelayHost.StartAsync();
        await using RawSession session = await RawSession.OpenAsync(host.Port, host.Authority.Client(RelayHost.Alice), Cancellation);
        await using (RawClient list = await session.SendAsync(session.Sign(session.Request("process.list")), Cancellation))
            await list.Reader.ExpectAsync(FrameType.Accepted, Cancellation);
        string recording = host.OnlyRecording();
        host.Agent.Kill();
        await host.Agent.WaitForExitAsync();
        await using (TestProcess next = TestProcess.Start(BuiltPrograms.Agent, ["run", "--config", host.Folder.File("agent.json")], RelayHost.NoDiagnostics))
        {
            await next.WaitForOutputAsync(l => l.Contains("listening", StringComparison.Ordinal));
            next.Terminate();
            await next.WaitForExitAsync();
        }

        Assert.StartsWith("INCOMPLETE ", await VerifyAsync(host, recording, null), StringComparison.Ordinal);
        Assert.Contains("\"kind\":\"recovered\"", await File.ReadAllTextAsync(host.Folder.File("state/agent/ledger/ledger.ndjson"), Cancellation), StringComparison.Ordinal);
        // What was recovered must stay.
        string last = Directory.GetFiles(recording, "*.ndjson").Where(file => new FileInfo(file).Length > 0).Order(StringComparer.Ordinal).Last();
        string[] lines = await File.ReadAllLinesAsync(last, Cancellation);
        await File.WriteAllLinesAsync(last, lines[..^1], Cancellation);
        Assert.StartsWith("TAMPERED ", await VerifyAsync(host, recording, null), StringComparison.Ordinal);
    }

    private static async Task<string> VerifyAsync(RelayHost host, string path, string? heads)
    {
        string[] more = heads is null ? [] : ["--heads", heads];
        await using TestProcess verify = await TestProcess.RunAsync(
            BuiltPrograms.Client, ["recording", "verify", path, "--ca", host.CaFile, "--ledger", host.Folder.File("state"), .. more]);
        Assert.Equal(verify.Output.Text.Contains("TAMPERED", StringComparison.Ordinal) || verify.Output.Text.Contains("INCOMPLETE ", StringComparison.Ordinal) ? 4 : 0, verify.ExitCode);
        return verify.Output.Text.TrimEnd();
    }

    private static void Swap(string one, string other)
    {
        string aside = one + "-aside" + RandomNumberGenerator.GetHexString(4);
        Directory.Move(one, aside);
        Directory.Move(other, one);
        Directory.Move(aside, other);
    }
}
