using System.Text;
using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording.Ledger;

public class RetentionTests
{
    private static readonly TestPki Pki = new();
    private static readonly DateTimeOffset Now = TimeProvider.System.GetUtcNow();

    [Fact]
    public async Task Old_ones_go_and_the_ledger_says_so()
    {
        using var folder = new TemporaryFolder();
        await using var ledger = await HostLedger.OpenAsync(folder["state"], LedgerNames.Agent, "pay-07", "1", new TestClock());
        await RecordAsync(folder, ledger, "old", TimeSpan.FromDays(9), "{}");
        await RecordAsync(folder, ledger, "new", TimeSpan.FromDays(1), "{}");
        await RecordAsync(folder, ledger, "alive", TimeSpan.FromDays(9), "{}");
        await RecordAsync(folder, ledger, "glass", TimeSpan.FromDays(9), "{\"number\":1,\"allowed\":false,\"breakGlass\":true}");
        await RecordAsync(folder, ledger, "signed", TimeSpan.FromDays(9), "{\"number\":1,\"allowed\":false,\"breakGlass\":true}");

        var rules = new RetentionRules(TimeSpan.FromDays(7), null, session => session == "alive", (_, session, head) => session == "signed" && head is not null);
        Assert.Equal(["old", "signed"], (await Retention.RunAsync(folder["recordings"], ledger, rules, Now)).Order());
        Assert.Equal(["alive", "glass", "new"], RecordingReader.ListSessions(folder["recordings"]));

        await ledger.PublishAsync();
        var verdicts = RecordingVerifier.VerifyAll(folder["recordings"], Pki.Anchors, new VerifyOptions { Ledgers = HostLedgers.Read(folder["state"]) });
        Assert.StartsWith("DELETED by retention (age), 1 segments, ", verdicts.Single(v => v.Name == "old").Verdict.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("is missing", verdicts.Single(v => v.Name == "new").Verdict.Reason, StringComparison.Ordinal);
        Directory.Delete(folder["recordings/new"], recursive: true);
        verdicts = RecordingVerifier.VerifyAll(folder["recordings"], Pki.Anchors, new VerifyOptions { Ledgers = HostLedgers.Read(folder["state"]) });
        Assert.Equal("TAMPERED a ledger tells of this session, but its recording is missing", verdicts.Single(v => v.Name == "new").Verdict.ToString());
    }

    [Fact]
    public async Task The_oldest_go_while_all_are_too_large()
    {
        using var folder = new TemporaryFolder();
        await using var ledger = await HostLedger.OpenAsync(folder["state"], LedgerNames.Agent, "pay-07", "1", new TestClock());
        foreach (var days in new[] { 3, 2, 1 })
            await RecordAsync(folder, ledger, $"s{days}", TimeSpan.FromDays(days), "{}");
        var one = new DirectoryInfo(folder["recordings/s1"]).EnumerateFiles("*", SearchOption.AllDirectories).Sum(f => f.Length);

        var rules = new RetentionRules(null, (one * 2) + 100, _ => false, (_, _, _) => false);
        Assert.Equal(["s3"], await Retention.RunAsync(folder["recordings"], ledger, rules, Now));
    }

    private static async Task RecordAsync(TemporaryFolder folder, HostLedger ledger, string session, TimeSpan age, string decision)
    {
        await ledger.OpenSessionAsync(session, "alice", null, null, null);
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", session, Pki.Agent, new TestClock());
        await recorder.AppendAsync("decision", Encoding.UTF8.GetBytes(decision), durable: true, TestContext.Current.CancellationToken);
        await recorder.CloseAsync("closed");
        await ledger.CloseSessionAsync(session, new LedgerClose("closed", recorder.SealedSegments, recorder.Head));
        foreach (var file in Directory.EnumerateFiles(recorder.Folder, "*", SearchOption.AllDirectories))
            File.SetLastWriteTimeUtc(file, (Now - age).UtcDateTime);
        Directory.SetLastWriteTimeUtc(recorder.Folder, (Now - age).UtcDateTime);
    }
}
