using System.Diagnostics;
using System.Globalization;
using System.Runtime.CompilerServices;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording;

/// <summary>A recorder that is killed leaves a recording that is incomplete, never one that looks tampered with.</summary>
public class CrashTests
{
    private const string ChildVariable = "DEBUGRELAY_TESTS_RECORD_INTO";
    private static readonly CancellationToken Cancel = TestContext.Current.CancellationToken;

    [Fact]
    public Task Killed_at_any_byte() => KillAtAnyByteAsync(segments: 2, atLeast: 1000);

    /// <summary>The long form: <c>DebugRelay.Tests --filter-method '*Killed_at_any_of_ten_thousand_bytes' --explicit only</c>.</summary>
    [Fact(Explicit = true)]
    public Task Killed_at_any_of_ten_thousand_bytes() => KillAtAnyByteAsync(segments: 10, atLeast: 10_000);

    private static async Task KillAtAnyByteAsync(int segments, int atLeast)
    {
        using var folder = new TemporaryFolder();
        var pki = new TestPki();
        var changes = await RecordChangesAsync(pki, folder["recordings"], segments);
        var replay = new Replay(folder["replay"], $"{segments:D4}.checkpoint");
        var states = 0;

        foreach (var change in changes)
        {
            foreach (var _ in replay.Apply(change))
            {
                states++;
                var verdict = RecordingVerifier.Verify(folder["replay"], pki.Anchors);
                Assert.True(replay.IsFinal ? verdict.Status == VerdictStatus.Ok : verdict.Status == VerdictStatus.Incomplete, $"{change.Name}: {verdict}");
                Assert.All(RecordingReader.ReadEntries(folder["replay"]), entry => Assert.NotEmpty(entry.Kind));
            }
        }

        Assert.True(replay.IsFinal);
        Assert.InRange(states, atLeast, int.MaxValue);
        TestContext.Current.TestOutputHelper?.WriteLine($"{states} kill points");
    }

    [Fact]
    public async Task Killed_between_any_two_steps_the_script_says_the_same()
    {
        using var folder = new TemporaryFolder();
        var pki = new TestPki();
        var replay = new Replay(folder["replay"], "0002.checkpoint");
        foreach (var change in await RecordChangesAsync(pki, folder["recordings"], segments: 2))
        {
            foreach (var half in replay.Apply(change))
            {
                if (half == change.Bytes.Length / 2)
                    Verifiers.Agree(folder["replay"], pki);
            }
        }

        Assert.Equal(VerdictStatus.Ok, Verifiers.Agree(folder["replay"], pki).Status);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(60)]
    [InlineData(150)]
    public async Task A_killed_process_leaves_every_durable_entry(int requests)
    {
        using var folder = new TemporaryFolder();
        var pki = new TestPki(valid: TimeProvider.System.GetUtcNow());
        using (var agent = pki.Issue("pay-07", TestPki.ServerAuth))
        {
            File.WriteAllText(folder["agent.crt"], agent.ExportCertificatePem() + "\n");
            File.WriteAllText(folder["agent.pem"], agent.GetECDsaPrivateKey()!.ExportPkcs8PrivateKeyPem());
        }

        using var child = StartChild(folder);
        var errors = child.StandardError.ReadToEndAsync(Cancel);
        string? last = null;
        try
        {
            for (var i = 0; i < requests; i++)
                last = await child.StandardOutput.ReadLineAsync(Cancel) ?? throw new InvalidOperationException(await errors);
        }
        finally
        {
            child.Kill();
            await child.WaitForExitAsync(CancellationToken.None);
        }

        var recording = folder["recordings/s1"];
        var verdict = Verifiers.Agree(recording, pki);
        Assert.Equal(VerdictStatus.Incomplete, verdict.Status);
        var seen = RecordingReader.ReadEntries(recording).Select(entry => entry.Body.GetProperty("request").GetInt32()).ToList();
        Assert.Contains(int.Parse(last!, CultureInfo.InvariantCulture), seen);
        Assert.Equal(Enumerable.Range(0, seen.Count), seen);
    }

    /// <summary>
    /// The test program started with this variable is the process to be killed: it records until then. No other thread may enter this module
    /// before its initializer has returned, so all that is done here is done on this thread.
    /// </summary>
    [ModuleInitializer]
    internal static void RunAsChild()
    {
        if (Environment.GetEnvironmentVariable(ChildVariable) is not { Length: > 0 } folder)
            return;
        var identity = RecordingIdentity.FromPemFiles(Path.Combine(folder, "agent.crt"), Path.Combine(folder, "agent.pem"));
        var options = new RecorderOptions { SegmentInterval = TimeSpan.FromMilliseconds(2) };
        var recorder = SessionRecorder.Create(Path.Combine(folder, "recordings"), "pay-07", "s1", identity, TimeProvider.System, options);
        for (var request = 0; ; request++)
            RecordRequest(recorder, request);
    }

    private static void RecordRequest(SessionRecorder recorder, int request)
    {
        using var stream = request % 10 == 0 ? recorder.OpenStream($"{request:D4}.log") : null;
        var body = Encoding.ASCII.GetBytes($"{{\"request\":{request}}}");
        recorder.AppendAsync("request", body, durable: true).AsTask().GetAwaiter().GetResult();
        Console.WriteLine(request);
        if (stream is null)
            return;
        stream.AppendAsync(new byte[10_000]).AsTask().GetAwaiter().GetResult();
        if (request % 20 == 0)
            stream.Complete();
    }

    private static Process StartChild(TemporaryFolder folder)
    {
        var start = new ProcessStartInfo("dotnet", ["exec", typeof(CrashTests).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[ChildVariable] = folder;
        return Process.Start(start)!;
    }

    private static async Task<List<FolderChange>> RecordChangesAsync(TestPki pki, string recordings, int segments)
    {
        var changes = new List<FolderChange>();
        var options = new RecorderOptions { FolderChanged = changes.Add };
        await using var recorder = SessionRecorder.Create(recordings, "pay-07", "s1", pki.Agent, new TestClock(), options);
        await recorder.AppendAsync("note", "{\"who\":1}"u8.ToArray(), durable: true, Cancel);
        using var whole = recorder.OpenStream("0001.nettrace");
        using var cut = recorder.OpenStream("0002.log");
        await whole.AppendAsync(new byte[100]);
        await recorder.SealAsync();
        await whole.AppendAsync(new byte[50]);
        await cut.AppendAsync(new byte[10]);
        await recorder.AppendAsync("ended", "{}"u8.ToArray(), durable: false, Cancel);
        whole.Complete();
        await recorder.SealAsync();
        for (var more = 2; more < segments; more++)
        {
            await recorder.AppendAsync("more", "{}"u8.ToArray(), durable: true, Cancel);
            await cut.AppendAsync(new byte[100]);
            await recorder.SealAsync();
        }

        await cut.AppendAsync(new byte[10]);
        await recorder.CloseAsync("done");
        return changes;
    }

    /// <summary>Makes the changes again elsewhere, byte by byte.</summary>
    private sealed class Replay
    {
        private readonly string _folder;
        private readonly string _final;

        public Replay(string folder, string final)
        {
            (_folder, _final) = (folder, final);
            Directory.CreateDirectory(Path.Combine(folder, "streams"));
        }

        /// <summary>Whether the final checkpoint is in place.</summary>
        public bool IsFinal { get; private set; }

        /// <summary>Gives the number of bytes made after each.</summary>
        public IEnumerable<int> Apply(FolderChange change)
        {
            var path = Path.Combine(_folder, change.Name);
            switch (change.Kind)
            {
                case FolderChangeKind.Create:
                    File.WriteAllBytes(path, []);
                    yield return 0;
                    break;
                case FolderChangeKind.Append:
                    for (var count = 0; count < change.Bytes.Length; count++)
                    {
                        File.AppendAllBytes(path, change.Bytes.AsSpan(count, 1));
                        yield return count + 1;
                    }

                    break;
                default:
                    File.Move(path, Path.Combine(_folder, Encoding.UTF8.GetString(change.Bytes)));
                    IsFinal = Encoding.UTF8.GetString(change.Bytes) == _final;
                    yield return change.Bytes.Length / 2;
                    break;
            }
        }
    }
}
