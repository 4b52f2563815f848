using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Text;
using DebugRelay.Recording;
using DebugRelay.TestSupport;
using Xunit;

namespace DebugRelay.Tests.Recording;

public class SessionRecorderTests
{
    private static readonly TestPki Pki = new();
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_closed_session_verifies_and_reads_back()
    {
        using var folder = new TemporaryFolder();
        var clock = new TestClock();
        await using (var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, clock))
        {
            await recorder.AppendAsync("note", Json("{\"who\":\"alice@example.com\"}"), durable: true, Cancel);
            using var trace = recorder.OpenStream("0001.nettrace");
            await trace.AppendAsync(new byte[1000]);
            await recorder.SealAsync();
            await recorder.SealAsync();
            await trace.AppendAsync(new byte[500]);
            clock.Now -= TimeSpan.FromHours(1);
            await recorder.AppendAsync("ended", Json("{\n  \"bytes\": 1500,\r\n  \"text\": \"a\\nb\"\n}"), durable: false, Cancel);
            var (bytes, sha256) = trace.Complete();
            Assert.Equal(1500, bytes);
            Assert.Equal(SHA256.HashData(new byte[1500]), sha256);
            await recorder.CloseAsync("done");
            await recorder.CloseAsync("again");
        }

        var path = folder["recordings/s1"];
        Assert.Equal("OK session s1 on pay-07: 3 segments, 3 entries, 1 streams, 0 heads witnessed", Verifiers.Agree(path, Pki).ToString());
        var entries = RecordingReader.ReadEntries(path).ToList();
        Assert.Equal(["note", "ended", "close"], entries.Select(entry => entry.Kind));
        Assert.Equal([0L, 1, 2], entries.Select(entry => entry.Counter));
        Assert.Equal([0, 2, 2], entries.Select(entry => entry.Segment));
        Assert.Equal("a\nb", entries[1].Body.GetProperty("text").GetString());
        Assert.Equal("done", entries[2].Body.GetProperty("reason").GetString());
        Assert.All(entries, entry => Assert.True(entry.IsSealed));
        Assert.Equal(["s1"], RecordingReader.ListSessions(folder["recordings"]));
    }

    [Fact]
    [UnsupportedOSPlatform("windows")]
    public async Task Files_are_the_owners_alone()
    {
        using var folder = new TemporaryFolder();
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock());
        using var stream = recorder.OpenStream("0001.nettrace");
        await recorder.CloseAsync("done");

        Assert.All(
            Directory.EnumerateFiles(folder["recordings"], "*", SearchOption.AllDirectories),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        Assert.All(
            Directory.EnumerateDirectories(folder, "*", SearchOption.AllDirectories),
            file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(file)));
    }

    [Fact]
    public async Task The_clock_seals_empty_periods_and_each_checkpoint_is_handed_on()
    {
        using var folder = new TemporaryFolder();
        var clock = new TestClock();
        var heads = new List<SealedCheckpoint>();
        using var sealing = new SemaphoreSlim(0);
        var options = new RecorderOptions
        {
            CheckpointSealed = checkpoint =>
            {
                heads.Add(checkpoint);
                sealing.Release();
            },
        };
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, clock, options);
        await clock.TimerStarted.WaitAsync(Cancel);
        clock.Tick();
        await sealing.WaitAsync(Cancel);
        clock.Tick();
        await sealing.WaitAsync(Cancel);
        await recorder.CloseAsync("done");

        Assert.Equal([0, 1, 2], heads.Select(head => head.Index));
        Assert.Equal([false, false, true], heads.Select(head => head.IsFinal));
        Assert.Equal(File.ReadAllBytes(folder["recordings/s1/0001.checkpoint"]), heads[1].Bytes.ToArray());
        Assert.Equal(File.ReadAllBytes(folder["recordings/s1/0001.sig"]), heads[1].Signature.ToArray());
        File.WriteAllLines(folder["heads"], heads.Select(head => head.HeadLine));
        Assert.Equal(3, Verifiers.Agree(folder["recordings/s1"], Pki, folder["heads"]).HeadsWitnessed);
    }

    [Fact]
    public async Task A_slow_reader_is_fed_from_the_recording()
    {
        using var folder = new TemporaryFolder();
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock());
        using var stream = recorder.OpenStream("0001.log");
        var sent = RandomNumberGenerator.GetBytes(100_000);
        var reader = Task.Run(
            async () =>
            {
                using var got = new MemoryStream();
                var buffer = new byte[7000];
                while (true)
                {
                    await stream.WaitForMoreAsync(got.Length, Cancel);
                    var read = stream.Read(got.Length, buffer);
                    if (read == 0)
                        return got.ToArray();
                    got.Write(buffer, 0, read);
                }
            },
            Cancel);
        for (var offset = 0; offset < sent.Length; offset += 1000)
        {
            await stream.AppendAsync(sent.AsMemory(offset, 1000));
            if (offset % 20_000 == 0)
                await recorder.SealAsync();
        }

        stream.Complete();
        Assert.Equal(sent, await reader);
        await recorder.CloseAsync("done");
        Assert.Equal(sent, File.ReadAllBytes(folder["recordings/s1/streams/0001.log"]));
        Assert.Equal(VerdictStatus.Ok, Verifiers.Agree(folder["recordings/s1"], Pki).Status);
    }

    [Fact]
    public async Task Many_tasks_write_at_once()
    {
        using var folder = new TemporaryFolder();
        var pki = new TestPki(valid: TimeProvider.System.GetUtcNow());
        await using var recorder = SessionRecorder.Create(
            folder["recordings"], "pay-07", "s1", pki.Agent, TimeProvider.System, new RecorderOptions { SegmentInterval = TimeSpan.FromMilliseconds(5) });
        await Parallel.ForAsync(0, 16, Cancel, async (task, _) =>
        {
            using var stream = recorder.OpenStream($"{task:D4}.bin");
            for (var i = 0; i < 20; i++)
            {
                await recorder.AppendAsync("e", Json($"{{\"task\":{task}}}"), durable: i % 5 == 0, Cancel);
                await stream.AppendAsync(new byte[i]);
            }

            Assert.Equal(190, stream.Complete().Bytes);
        });
        await recorder.CloseAsync("done");

        var verdict = RecordingVerifier.Verify(folder["recordings/s1"], pki.Anchors);
        Assert.Equal(VerdictStatus.Ok, verdict.Status);
        Assert.Equal((321, 16), (verdict.Entries, verdict.Streams));
        Assert.Equal(Enumerable.Range(0, 321).Select(n => (long)n), RecordingReader.ReadEntries(folder["recordings/s1"]).Select(entry => entry.Counter));
    }

    /// <summary>With hundreds of sessions, all threads would wait for the disk in seals that are due. A recording's end waits for no turn.</summary>
    [Fact]
    public async Task Seals_that_are_due_take_turns()
    {
        using var folder = new TemporaryFolder();
        var clock = new TestClock();
        using var turns = new SemaphoreSlim(0);
        var options = new RecorderOptions { SealingTurns = turns };
        await using var first = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, clock, options);
        await using var second = SessionRecorder.Create(folder["recordings"], "pay-07", "s2", Pki.Agent, clock, options);
        await Wait.UntilAsync(() => clock.Periods.Count(period => period == options.SegmentInterval) == 2, "both timers", cancellation: Cancel);
        clock.Tick();
        await first.CloseAsync("done");
        Assert.Equal(1, first.SealedSegments);

        turns.Release();
        await Wait.UntilAsync(() => second.SealedSegments == 1, "the other's turn", cancellation: Cancel);
        await Wait.UntilAsync(() => turns.CurrentCount == 1, "the turn that was given back", cancellation: Cancel);
    }

    [Fact]
    public async Task An_error_ends_all_recording()
    {
        using var folder = new TemporaryFolder();
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock());
        var stream = recorder.OpenStream("0001.log");
        var waiting = stream.WaitForMoreAsync(0, Cancel);
        Assert.False(recorder.Failure.IsCompleted);
        File.WriteAllText(folder["recordings/s1/0000.pub"], "in the way");

        Assert.Equal(RecordingError.WriteFailed, (await Assert.ThrowsAsync<RecordingException>(async () => await recorder.SealAsync())).Error);

        await Assert.ThrowsAsync<RecordingException>(() => recorder.Failure);
        await Assert.ThrowsAsync<RecordingException>(() => waiting);
        await Assert.ThrowsAsync<RecordingException>(async () => await recorder.AppendAsync("e", Json("{}"), durable: false, Cancel));
        await Assert.ThrowsAsync<RecordingException>(async () => await stream.AppendAsync(new byte[1]));
        Assert.Throws<RecordingException>(() => stream.Complete());
        Assert.Throws<RecordingException>(() => recorder.OpenStream("0002.log"));
        await Assert.ThrowsAsync<RecordingException>(async () => await recorder.CloseAsync("done"));
        File.Delete(folder["recordings/s1/0000.pub"]);
        Assert.Equal(VerdictStatus.Incomplete, Verifiers.Agree(folder["recordings/s1"], Pki).Status);
    }

    [Fact]
    public async Task A_full_disk_ends_all_recording()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "needs /dev/full");
        using var folder = new TemporaryFolder();
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock());
        using var full = new RecordedStream(
            recorder, "full", new RecordingFile(new FileStream("/dev/full", FileMode.Open, FileAccess.Write, FileShare.ReadWrite, 0), null));

        await Assert.ThrowsAsync<RecordingException>(async () => await full.AppendAsync(new byte[10]));

        Assert.True(recorder.Failure.IsFaulted);
        Assert.Equal(0, full.Length);
    }

    [Theory]
    [InlineData("entry")]
    [InlineData("stream")]
    [InlineData("checkpoint")]
    public async Task A_disk_that_hangs_ends_all_recording_and_nobody_waits_for_it(string where)
    {
        using var folder = new TemporaryFolder();
        using var hanging = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var hangs = false;
        var clock = new TestClock();
        void Hang(FolderChange change)
        {
            if (!Volatile.Read(ref hangs))
                return;
            hanging.Set();
            goOn.Wait(Cancel);
        }

        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, clock, new RecorderOptions { FolderChanged = Hang });
        using var stream = recorder.OpenStream("0001.log");
        await recorder.AppendAsync("note", "{}"u8.ToArray(), durable: true, Cancel);
        Volatile.Write(ref hangs, true);
        var stuck = Task.Run(async () => await (where switch
        {
            "entry" => recorder.AppendAsync("note", "{}"u8.ToArray(), durable: true, Cancel),
            "stream" => stream.AppendAsync(new byte[10]),
            _ => recorder.SealAsync(),
        }), Cancel);
        hanging.Wait(Cancel);
        var waiting = where == "stream" ? Task.CompletedTask : recorder.AppendAsync("note", "{}"u8.ToArray(), durable: true, Cancel).AsTask();
        clock.Elapsed = TimeSpan.FromSeconds(29);
        clock.Tick(TimeSpan.FromSeconds(1));
        Assert.False(recorder.Failure.IsFaulted);

        clock.Elapsed = TimeSpan.FromSeconds(30);
        clock.Tick(TimeSpan.FromSeconds(1));
        Assert.Contains("within 30 s", (await Assert.ThrowsAsync<RecordingException>(() => recorder.Failure)).Message, StringComparison.Ordinal);
        if (where != "stream")
            await Assert.ThrowsAsync<RecordingException>(() => waiting);
        await Assert.ThrowsAsync<RecordingException>(async () => await recorder.AppendAsync("note", "{}"u8.ToArray(), durable: true, Cancel));
        Assert.False(stuck.IsCompleted);

        goOn.Set();
        await stuck.ContinueWith(done => done.Exception, TaskScheduler.Default);
        Assert.Equal(VerdictStatus.Incomplete, RecordingVerifier.Verify(recorder.Folder, Pki.Anchors).Status);
    }

    [Fact]
    public async Task A_failing_witness_ends_all_recording()
    {
        using var folder = new TemporaryFolder();
        var options = new RecorderOptions { CheckpointSealed = _ => throw new InvalidOperationException("no way out") };
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock(), options);

        await Assert.ThrowsAsync<RecordingException>(async () => await recorder.SealAsync());
        Assert.True(recorder.Failure.IsFaulted);
    }

    [Fact]
    public async Task Nothing_follows_the_close()
    {
        using var folder = new TemporaryFolder();
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock());
        using var stream = recorder.OpenStream("0001.log");
        await stream.AppendAsync(new byte[10]);
        await recorder.CloseAsync("done");

        await AssertClosed(async () => await recorder.AppendAsync("e", Json("{}"), durable: false, Cancel));
        await AssertClosed(async () => await stream.AppendAsync(new byte[1]));
        Assert.Equal(RecordingError.Closed, Assert.Throws<RecordingException>(() => stream.Complete()).Error);
        Assert.Equal(RecordingError.Closed, Assert.Throws<RecordingException>(() => recorder.OpenStream("0002.log")).Error);
        await stream.WaitForMoreAsync(10, Cancel);
        Assert.Equal(10, stream.Read(0, new byte[20]));
        Assert.False(recorder.Failure.IsCompleted);
        Assert.Equal(VerdictStatus.Ok, Verifiers.Agree(folder["recordings/s1"], Pki).Status);
    }

    [Fact]
    public async Task A_recorder_that_was_only_disposed_has_no_end_and_cannot_be_closed()
    {
        using var folder = new TemporaryFolder();
        var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock());
        await recorder.SealAsync();
        await recorder.DisposeAsync();
        await recorder.DisposeAsync();

        await AssertClosed(async () => await recorder.CloseAsync("late"));
        Assert.Equal(VerdictStatus.Incomplete, Verifiers.Agree(folder["recordings/s1"], Pki).Status);
    }

    [Theory]
    [InlineData("..", "s1", RecordingError.InvalidName)]
    [InlineData("h", "../s1", RecordingError.InvalidName)]
    [InlineData("h", "", RecordingError.InvalidName)]
    [InlineData("h", "taken", RecordingError.SessionExists)]
    public void A_session_that_cannot_be_recorded_is_refused(string host, string session, RecordingError error)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["recordings/taken"]);

        var refusal = Assert.Throws<RecordingException>(
            () => SessionRecorder.Create(folder["recordings"], host, session, Pki.Agent, new TestClock()));

        Assert.Equal(error, refusal.Error);
    }

    [Fact]
    public void A_folder_that_cannot_be_made_is_refused()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["file"], "");

        var refusal = Assert.Throws<RecordingException>(() => SessionRecorder.Create(folder["file"], "pay-07", "s1", Pki.Agent, new TestClock()));

        Assert.Equal(RecordingError.FolderNotWritable, refusal.Error);
    }

    [Fact]
    public void A_certificate_without_its_key_is_refused()
    {
        using var certificate = System.Security.Cryptography.X509Certificates.X509CertificateLoader.LoadCertificate(Pki.Root.RawData);

        Assert.Equal(RecordingError.IdentityUnusable, Assert.Throws<RecordingException>(() => new RecordingIdentity(certificate)).Error);
    }

    [Theory]
    [InlineData("e", "[]")]
    [InlineData("e", "{} {}")]
    [InlineData("e", "{\"a\":}")]
    [InlineData("e", "")]
    [InlineData("a\nb", "{}")]
    public async Task An_entry_that_is_none_is_refused_and_nothing_is_lost(string kind, string body)
    {
        using var folder = new TemporaryFolder();
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock());

        await Assert.ThrowsAsync<ArgumentException>(async () => await recorder.AppendAsync(kind, Json(body), durable: true, Cancel));

        await recorder.AppendAsync("e", Json("{}"), durable: true, Cancel);
        await recorder.CloseAsync("done");
        Assert.Equal(2, RecordingReader.ReadEntries(folder["recordings/s1"]).Count());
    }

    [Theory]
    [InlineData("../x")]
    [InlineData(".x")]
    [InlineData("a b")]
    [InlineData("taken")]
    public async Task A_streams_name_is_a_new_file_name(string name)
    {
        using var folder = new TemporaryFolder();
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "s1", Pki.Agent, new TestClock());
        using var taken = recorder.OpenStream("taken");

        Assert.Equal(RecordingError.InvalidName, Assert.Throws<RecordingException>(() => recorder.OpenStream(name)).Error);
        Assert.False(recorder.Failure.IsCompleted);
    }

    private static async Task AssertClosed(Func<Task> call) =>
        Assert.Equal(RecordingError.Closed, (await Assert.ThrowsAsync<RecordingException>(call)).Error);

    private static byte[] Json(string text) => Encoding.UTF8.GetBytes(text);
}
