using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using DebugRelay.Recording;
using DebugRelay.TestSupport;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.Tests.Recording.Ledger;

public class HostLedgerTests
{
    private static readonly LedgerDecision Yes = new(1, Allowed: true, null, "role oncall allows trace", 42, "shop");

    [Fact]
    public async Task What_was_appended_is_read_in_order()
    {
        using var folder = new TemporaryFolder();
        await using (var ledger = await OpenAsync(folder))
        {
            Assert.Equal(1, await ledger.OpenSessionAsync("s1", "spiffe://corp.example/eng/alice", "10.0.0.1:4", "it is slow", "INC-1"));
            await ledger.RequestAsync("s1", new LedgerRequest(1, "trace", new string('a', 64)));
            await ledger.DecisionAsync("s1", Yes);
            await ledger.EndAsync("s1", new LedgerEnd(1, 100, new string('b', 64), Partial: false, null));
            await ledger.CloseSessionAsync("s1", new LedgerClose("closed", 2, new string('c', 64)));
        }

        var entries = LedgerReader.ReadEntries(Path(folder)).ToList();
        Assert.Equal(["start", "open", "request", "decision", "end", "close"], entries.Select(e => e.Kind));
        Assert.Equal(Enumerable.Range(0, 6).Select(n => (long)n), entries.Select(e => e.Counter));
        Assert.Equal([null, "s1", "s1", "s1", "s1", "s1"], entries.Select(e => e.Session));
        Assert.Equal("it is slow", entries[1].Body.GetProperty("reason").GetString());
        Assert.Equal(entries.Skip(3).Select(e => e.Counter), LedgerReader.ReadEntries(Path(folder), entries[2].NextOffset).Select(e => e.Counter));
        Assert.Empty(LedgerReader.ReadEntries(Path(folder), entries[5].NextOffset));
    }

    [Fact]
    public async Task It_goes_on_where_it_was()
    {
        using var folder = new TemporaryFolder();
        string key;
        await using (var first = await OpenAsync(folder))
        {
            key = first.KeySha256;
            Assert.Equal(1, await first.OpenSessionAsync("s1", "alice", null, null, null));
            Assert.Equal(2, await first.OpenSessionAsync("s2", "alice", null, null, null));
            await first.CloseSessionAsync("s1", new LedgerClose("closed", null, null));
        }

        await using var second = await OpenAsync(folder);
        Assert.Equal(["s2"], second.Unclosed);
        Assert.Equal(key, second.KeySha256);
        Assert.Equal(3, await second.OpenSessionAsync("s3", "alice", null, null, null));
        await second.RecoveredAsync("s2", new LedgerRecovered(0, null, 0));
        await second.DisposeAsync();
        await using var third = await OpenAsync(folder);
        Assert.Equal(["s3"], third.Unclosed);
    }

    [Fact]
    public async Task Openssl_accepts_the_signature_of_the_head()
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        using var folder = new TemporaryFolder();
        await using (var ledger = await OpenAsync(folder))
            await ledger.OpenSessionAsync("s1", "alice", null, null, null);
        // As docs/recording-format.md has it.
        const string verify = """
            set -e
            cd "$1"
            sed '/^$/,$d' checkpoint > "$2/text"
            sed -n 's/^— [^ ]* //p' checkpoint | openssl base64 -d -A | tail -c +5 > "$2/sig"
            openssl dgst -sha256 -verify ledger.pub -signature "$2/sig" "$2/text"
            """;
        var start = new ProcessStartInfo("sh", ["-c", verify, "sh", Path(folder), folder]) { RedirectStandardOutput = true };
        using var process = Process.Start(start)!;
        Assert.Equal("Verified OK\n", await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_head_stands_for_its_entries_and_its_key()
    {
        using var folder = new TemporaryFolder();
        var heads = new List<LedgerHead>();
        await using (var ledger = await OpenAsync(folder))
        {
            for (var i = 0; i < 3; i++)
            {
                await ledger.OpenSessionAsync($"s{i}", "alice", null, null, null);
                heads.Add(await ledger.PublishAsync());
                Assert.Same(heads[i], await ledger.PublishAsync());
            }
        }

        var pub = await File.ReadAllTextAsync(System.IO.Path.Combine(Path(folder), "ledger.pub"), TestContext.Current.CancellationToken);
        Assert.Equal([2, 3, 4], heads.Select(h => h.Size));
        Assert.All(heads, head => Assert.True(head.IsSignedBy(pub)));
        Assert.Equal(heads[2].HeadLine, LedgerReader.ReadHead(Path(folder))!.HeadLine);
        Assert.Matches("^ledger-agent.pay-07 4 [0-9a-f]{64}$", heads[2].HeadLine);
        var forged = LedgerHead.Parse(Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(heads[2].Note.Span).Replace("\n4\n", "\n5\n", StringComparison.Ordinal)))!;
        Assert.False(forged.IsSignedBy(pub));
        using var stranger = System.Security.Cryptography.ECDsa.Create(System.Security.Cryptography.ECCurve.NamedCurves.nistP256);
        Assert.False(heads[2].IsSignedBy(stranger.ExportSubjectPublicKeyInfoPem()));
        Assert.Null(LedgerHead.Parse("pay-07/debugrelay/agent\n1\nxx\n"u8.ToArray()));
    }

    [Fact]
    public async Task A_head_is_due_a_second_after_each_change()
    {
        using var folder = new TemporaryFolder();
        var clock = new TestClock();
        await using var ledger = await HostLedger.OpenAsync(folder, LedgerNames.Agent, "pay-07", "1.0", clock);
        var signed = new TaskCompletionSource<LedgerHead>(TaskCreationOptions.RunContinuationsAsynchronously);
        ledger.HeadSigned += head => signed.TrySetResult(head);
        await ledger.OpenSessionAsync("s1", "alice", null, null, null);
        ledger.Sealed("s1", new LedgerSealed(0, new string('a', 64)));
        Assert.False(signed.Task.IsCompleted);

        // The clock alone: nobody asks for it. Its timer may not be there yet.
        while (await Task.WhenAny(signed.Task, Task.Delay(20, TestContext.Current.CancellationToken)) != signed.Task)
            clock.Tick();
        var head = await signed.Task;
        Assert.All(clock.Periods, period => Assert.True(period < TimeSpan.FromSeconds(1)));
        Assert.Equal(3, head.Size);
        Assert.Equal(head.HeadLine, LedgerReader.ReadHead(Path(folder))!.HeadLine);
    }

    /// <summary>Where hundreds of sessions end at once, each is given its own head, and everybody else only the newest that is due.</summary>
    [Fact]
    public async Task Who_asks_for_a_head_does_not_have_it_sent_to_everybody()
    {
        using var folder = new TemporaryFolder();
        var clock = new TestClock();
        var handedOn = new ConcurrentQueue<LedgerHead>();
        await using var ledger = await HostLedger.OpenAsync(folder, LedgerNames.Agent, "pay-07", "1.0", clock);
        ledger.HeadSigned += handedOn.Enqueue;
        LedgerHead? last = null;
        for (var i = 0; i < 10; i++)
        {
            await ledger.OpenSessionAsync($"s{i}", "alice", null, null, null);
            last = await ledger.PublishAsync();
        }

        Assert.Empty(handedOn);
        await Wait.UntilAsync(() =>
        {
            clock.Tick();
            return !handedOn.IsEmpty;
        }, "the head that is due", cancellation: TestContext.Current.CancellationToken);
        for (var i = 0; i < 3; i++)
            clock.Tick();
        Assert.Equal(last, Assert.Single(handedOn));
    }

    [Fact]
    public async Task Many_at_once_leave_one_chain()
    {
        using var folder = new TemporaryFolder();
        await using (var ledger = await OpenAsync(folder))
        {
            await Parallel.ForAsync(0, 200, TestContext.Current.CancellationToken, async (i, _) =>
            {
                await ledger.OpenSessionAsync($"s{i}", "alice", null, null, null);
                await ledger.DecisionAsync($"s{i}", Yes);
            });
        }

        await using var again = await OpenAsync(folder);
        Assert.Equal(402, LedgerReader.ReadEntries(Path(folder)).Count());
        Assert.Equal(
            Enumerable.Range(1, 200).Select(n => (long)n),
            LedgerReader.ReadEntries(Path(folder)).Where(e => e.Kind == "open").Select(e => e.Body.GetProperty("number").GetInt64()));
    }

    [Fact]
    public async Task Cut_at_any_byte_of_what_no_head_covers_it_goes_on()
    {
        using var folder = new TemporaryFolder();
        await using (var ledger = await OpenAsync(folder))
            await ledger.OpenSessionAsync("s1", "alice", null, null, null);
        var file = System.IO.Path.Combine(Path(folder), "ledger.ndjson");
        var whole = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        for (var length = 0; length < whole.Length; length++)
        {
            await File.WriteAllBytesAsync(file, whole[..length], TestContext.Current.CancellationToken);
            File.Delete(System.IO.Path.Combine(Path(folder), "checkpoint"));
            await using (var again = await OpenAsync(folder))
                await again.DecisionAsync("s1", Yes);
            var start = LedgerReader.ReadEntries(Path(folder)).Last(e => e.Kind == "start");
            Assert.Equal(length - whole.AsSpan(0, length).LastIndexOf((byte)'\n') - 1, start.Body.GetProperty("tornBytes").GetInt64());
        }
    }

    [Theory]
    [InlineData("cut")]
    [InlineData("edited")]
    [InlineData("swapped")]
    [InlineData("no key")]
    [InlineData("held")]
    public async Task What_cannot_be_continued_is_not(string how)
    {
        using var folder = new TemporaryFolder();
        var ledger = await OpenAsync(folder);
        await ledger.OpenSessionAsync("s1", "alice", null, null, null);
        if (how != "held")
            await ledger.DisposeAsync();
        var file = System.IO.Path.Combine(Path(folder), "ledger.ndjson");
        var lines = File.ReadAllLines(file);
        switch (how)
        {
            case "cut":
                File.WriteAllText(file, lines[0] + "\n");
                break;
            case "edited":
                File.WriteAllText(file, string.Join('\n', lines).Replace("alice", "mallo", StringComparison.Ordinal) + "\n");
                break;
            case "swapped":
                File.WriteAllText(file, lines[1] + "\n" + lines[0] + "\n");
                break;
            case "no key":
                File.Delete(System.IO.Path.Combine(Path(folder), "ledger.key"));
                break;
            default:
                break;
        }

        var refusal = await Assert.ThrowsAsync<RecordingException>(() => OpenAsync(folder));

        Assert.Equal(how == "held" ? RecordingError.FolderNotWritable : RecordingError.LedgerUnusable, refusal.Error);
        await ledger.DisposeAsync();
    }

    private static Task<HostLedger> OpenAsync(string state) => HostLedger.OpenAsync(state, LedgerNames.Agent, "pay-07", "1.0", new TestClock());

    private static string Path(string state) => LedgerNames.Folder(state, LedgerNames.Agent);
}
