using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Recording;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.Tests.Recording;

/// <summary>What an attacker may do to a recording, and what both verifiers say then.</summary>
public class AttackTests
{
    private static readonly TestPki Pki = new();
    private static readonly TestPki Stranger = new("Stranger");

    private static readonly Dictionary<string, (string Verdict, Action<HandMadeRecording> Do)> Attacks = new()
    {
        ["nothing"] = ("OK session 4f1c on pay-07: 4 segments, 8 entries, 1 streams, 0 heads witnessed", _ => { }),

        ["flip a byte of an entry"] = ("TAMPERED 0001.ndjson is changed", r => r.Flip("0001.ndjson", 20)),
        ["flip a byte of a checkpoint"] = ("TAMPERED 0001.checkpoint is not signed by its key", r => r.Edit("0001.checkpoint", "time 17", "time 16")),
        ["break a checkpoint's form"] = ("TAMPERED 0001.checkpoint is malformed", r => r.Edit("0001.checkpoint", "index", "Index")),
        ["cut a checkpoint's last line end"] = ("TAMPERED 0001.checkpoint is malformed", r => r.Truncate("0001.checkpoint", 1)),
        ["append to a checkpoint"] = ("TAMPERED 0001.checkpoint is malformed", r => r.Write("0001.checkpoint", [.. r.Read("0001.checkpoint"), (byte)'\n'])),
        ["flip a byte of a signature"] = ("TAMPERED 0001.checkpoint is not signed by its key", r => r.Flip("0001.sig", -1)),
        ["flip a byte of a key"] = ("TAMPERED 0001.pub is not the key that the checkpoint before names", r => r.Flip("0001.pub", 60)),
        ["flip a byte of the first key"] = ("TAMPERED 0000.pub is not certified by the agent", r => r.Flip("0000.pub", 60)),
        ["flip a byte of a certification"] = ("TAMPERED 0001.pub is not certified by the agent", r => r.Flip("0001.cert", -1)),
        ["flip a byte of a stream"] = ("TAMPERED stream 0001.nettrace is changed", r => r.Flip("streams/0001.nettrace", 250)),
        ["edit the agent's certificate file"] = ("TAMPERED agent.crt is not the one that 0000.checkpoint names", r => r.Write("agent.crt", [.. r.Read("agent.crt"), (byte)'\n'])),
        ["empty a segment"] = ("TAMPERED 0003.ndjson is changed", r => r.Write("0003.ndjson", [])),

        ["swap two segments"] = ("TAMPERED 0001.checkpoint belongs elsewhere", r => r.SwapSegments(1, 2)),
        ["swap two segments' entries"] = ("TAMPERED 0001.ndjson is changed", r =>
        {
            var first = r.Read("0001.ndjson");
            r.Write("0001.ndjson", r.Read("0002.ndjson"));
            r.Write("0002.ndjson", first);
        }),
        ["drop a segment in the middle"] = ("TAMPERED 0001.checkpoint is missing, but 0002.cert is there", r => r.DeleteSegment(1)),
        ["drop the first segment"] = ("TAMPERED 0000.checkpoint is missing, but 0001.cert is there", r => r.DeleteSegment(0)),
        ["drop a segment and close the gap"] = ("TAMPERED 0001.checkpoint belongs elsewhere", r =>
        {
            r.SwapSegments(1, 2);
            r.SwapSegments(2, 3);
            r.DeleteSegment(3);
        }),
        ["drop a checkpoint in the middle"] = ("TAMPERED 0001.checkpoint is missing, but 0002.cert is there", r => r.Delete("0001.checkpoint")),
        ["drop entries"] = ("TAMPERED 0001.ndjson is missing", r => r.Delete("0001.ndjson")),
        ["strip a signature"] = ("TAMPERED 0003.sig is missing", r => r.Delete("0003.sig")),
        ["strip a certification"] = ("TAMPERED 0002.cert is missing", r => r.Delete("0002.cert")),
        ["strip a key"] = ("TAMPERED 0002.pub is missing", r => r.Delete("0002.pub")),
        ["strip the agent's certificate"] = ("TAMPERED agent.crt is missing", r => r.Delete("agent.crt")),
        ["empty the agent's certificate"] = ("TAMPERED agent.crt holds no certificate", r => r.Write("agent.crt", [])),

        ["cut the tail"] = ("INCOMPLETE no final checkpoint after segment 0001", r =>
        {
            r.DeleteSegment(3);
            r.DeleteSegment(2);
        }),
        ["cut the last checkpoint"] = ("INCOMPLETE no final checkpoint after segment 0002", r => r.Delete("0003.checkpoint")),
        ["cut everything"] = ("INCOMPLETE no segment is sealed", r => Array.ForEach([0, 1, 2, 3], r.DeleteSegment)),
        ["cut the tail and the stream below it"] = ("TAMPERED stream 0001.nettrace is shorter than 0002.checkpoint says", r =>
        {
            r.DeleteSegment(3);
            r.Truncate("streams/0001.nettrace", 150);
        }),

        ["truncate a stream"] = ("TAMPERED stream 0001.nettrace is shorter than 0003.checkpoint says", r => r.Truncate("streams/0001.nettrace", 1)),
        ["remove a stream"] = ("TAMPERED stream 0001.nettrace is shorter than 0000.checkpoint says", r => r.Delete("streams/0001.nettrace")),
        ["append to a stream"] = ("TAMPERED stream 0001.nettrace is longer than its checkpoints say", r => File.AppendAllText(r["streams/0001.nettrace"], "x")),
        ["add a stream"] = ("TAMPERED stream 0002.nettrace is in no checkpoint", r => r.Write("streams/0002.nettrace", [])),
        ["add a stream with an odd name"] = ("TAMPERED streams/(odd name) does not belong to a recording", r => r.Write("streams/.hidden", [])),
        ["add a file"] = ("TAMPERED notes.txt does not belong to a recording", r => r.Write("notes.txt", [])),
        ["add a hidden file"] = ("TAMPERED (odd name) does not belong to a recording", r => r.Write(".notes", [])),
        ["add a file to a segment"] = ("TAMPERED 0001.extra does not belong to a recording", r => r.Write("0001.extra", [])),
        ["add a segment in another notation"] = ("TAMPERED 00001.ndjson does not belong to a recording", r => r.Write("00001.ndjson", [])),
        ["add a half-written checkpoint"] = ("TAMPERED 0001.checkpoint.new does not belong to a recording", r => r.Write("0001.checkpoint.new", [])),
        ["add a segment after the final one"] = ("TAMPERED 0004.ndjson comes after the final checkpoint", r => r.Write("0004.ndjson", [])),
        ["add a folder"] = ("TAMPERED 0001.folder is not a regular file", r => Directory.CreateDirectory(r["0001.folder"])),
        ["add a folder of streams"] = ("TAMPERED streams/0002 is not a regular file", r => Directory.CreateDirectory(r["streams/0002"])),
        ["link a segment"] = ("TAMPERED 0001.ndjson is not a regular file", r => ReplaceByLink(r, "0001.ndjson")),
        ["link a stream"] = ("TAMPERED streams/0001.nettrace is not a regular file", r => ReplaceByLink(r, "streams/0001.nettrace")),
        ["link nowhere"] = ("TAMPERED 0004.ndjson is not a regular file", r => File.CreateSymbolicLink(r["0004.ndjson"], "/nowhere")),
        ["put a pipe in the place of entries"] = ("TAMPERED 0001.ndjson is not a regular file", r => ReplaceByPipe(r, "0001.ndjson")),
        ["put a pipe in the place of a checkpoint"] = ("TAMPERED 0001.checkpoint is not a regular file", r => ReplaceByPipe(r, "0001.checkpoint")),
        ["put a pipe in the place of the certificate"] = ("TAMPERED agent.crt is not a regular file", r => ReplaceByPipe(r, "agent.crt")),
        ["put a pipe in the place of a stream"] = ("TAMPERED streams/0001.nettrace is not a regular file", r => ReplaceByPipe(r, "streams/0001.nettrace")),
        ["add a pipe where a countersignature belongs"] = ("TAMPERED end.sig is not a regular file", r => ReplaceByPipe(r, "end.sig")),
        ["link the folder of streams"] = ("TAMPERED streams is not a regular folder", r =>
        {
            var moved = r.Folder + "-moved";
            Directory.Move(r["streams"], moved);
            Directory.CreateSymbolicLink(r["streams"], moved);
        }),

        ["replay an old segment under a newer key"] = ("TAMPERED 0002.checkpoint belongs elsewhere", r =>
        {
            r.Write("0002.ndjson", r.Read("0001.ndjson"));
            r.Write("0002.checkpoint", r.Read("0001.checkpoint"));
            r.Write("0002.sig", r.Keys[2].Sign(r.Read("0001.checkpoint")));
        }),
        ["replay an old segment's entries, sealed by the newer key"] = ("TAMPERED 0002.checkpoint does not continue the entries", r =>
        {
            r.Write("0002.ndjson", r.Read("0001.ndjson"));
            r.Reseal(2, r.Keys[2], c => c with { FirstEntry = 2, EntriesSha256 = Digest.Hex(r.Read("0001.ndjson")) });
        }),
        ["replay entries under the counters that are due"] = ("TAMPERED 0002.ndjson does not hold the entries that 0002.checkpoint names", r =>
        {
            r.Write("0002.ndjson", r.Read("0001.ndjson"));
            r.Reseal(2, r.Keys[2], c => c with { EntriesSha256 = Digest.Hex(r.Read("0001.ndjson")) });
        }),
        ["a stolen later key signs an earlier segment"] = ("TAMPERED 0001.checkpoint is not signed by its key", r =>
        {
            r.Edit("0001.ndjson", "{}", "{\"x\":1}");
            r.Reseal(1, r.Keys[2], c => c with { EntriesSha256 = Digest.Hex(r.Read("0001.ndjson")) });
        }),
        ["a stolen later key stands for an earlier one"] = ("TAMPERED 0001.pub is not the key that the checkpoint before names", r =>
        {
            r.Edit("0001.ndjson", "{}", "{\"x\":1}");
            r.Reseal(1, r.Keys[2], c => c with { EntriesSha256 = Digest.Hex(r.Read("0001.ndjson")) }, withSignersKey: true);
        }),
        ["a stolen later key stands for the first one"] = ("TAMPERED 0000.pub is not certified by the agent", r =>
            r.Reseal(0, r.Keys[2], c => c with { TimeMilliseconds = c.TimeMilliseconds + 1 }, withSignersKey: true)),
        ["the agent certifies another key in the middle"] = ("TAMPERED 0001.pub is not the key that the checkpoint before names", r =>
            r.Reseal(1, new SegmentKey(), c => c, withSignersKey: true, certifier: Pki.Agent)),
        ["a stolen key disowns the past"] = ("TAMPERED 0002.checkpoint does not follow the checkpoint before", r =>
            r.Reseal(2, r.Keys[2], c => c with { PreviousSha256 = r.Head(0) })),
        ["a stolen key rewrites what was delivered earlier"] = ("TAMPERED stream 0001.nettrace is changed", r =>
        {
            r.Flip("streams/0001.nettrace", 50);
            r.Reseal(3, r.Keys[3], c => c with { Streams = [c.Streams[0] with { Whole = Digest.Hex(r.Read("streams/0001.nettrace")) }] });
        }),
        ["a stolen key skips bytes of a stream"] = ("TAMPERED stream 0001.nettrace does not continue in 0003.checkpoint", r =>
            r.Reseal(3, r.Keys[3], c => c with { Streams = [c.Streams[0] with { Offset = 320, Bytes = 80 }] })),
        ["a stolen key says that a stream is kept by its hash alone"] = ("TAMPERED stream 0001.nettrace does not continue in 0003.checkpoint", r =>
            r.Reseal(3, r.Keys[3], c => c with { Streams = [c.Streams[0] with { IsHashed = true }] })),
        ["a countersignature that nobody made"] = ("TAMPERED end.sig is not the engineer's", r => r.Write("end.sig", r.Keys[3].Sign("x"u8))),
        ["cut the tail below a countersignature"] = ("TAMPERED end.sig is there, but no final checkpoint", r =>
        {
            r.DeleteSegment(3);
            r.Write("end.sig", r.Keys[3].Sign("x"u8));
        }),
        ["a final checkpoint in the middle"] = ("TAMPERED 0002.checkpoint comes after the final one", r =>
            r.Reseal(1, r.Keys[1], c => c with { NextKeySha256 = Checkpoint.Final })),
        ["an early final, signed with the stolen current key"] = (
            "OK session 4f1c on pay-07: 3 segments, 6 entries, 1 streams, 0 heads witnessed", EndEarly),

        ["a stranger signs one segment"] = ("TAMPERED 0003.pub is not the key that the checkpoint before names", r =>
            r.Reseal(3, new SegmentKey(), c => c, withSignersKey: true, certifier: Stranger.Agent)),
        ["a stranger signs everything"] = ("TAMPERED agent.crt was not trusted when the checkpoints were made", r => Remake(r, Stranger.Agent)),
        ["an engineer's certificate signs everything"] = ("TAMPERED agent.crt is not a server's certificate that may sign", r =>
            Remake(r, new RecordingIdentity(Pki.Issue("alice", TestPki.ClientAuth)))),
        ["a certificate without a purpose signs everything"] = ("TAMPERED agent.crt is not a server's certificate that may sign", r =>
            Remake(r, new RecordingIdentity(Pki.Issue("any", null)))),
        ["a certificate that may not sign signs everything"] = ("TAMPERED agent.crt is not a server's certificate that may sign", r =>
            Remake(r, new RecordingIdentity(Pki.Issue("enc", TestPki.ServerAuth, keyUsage: X509KeyUsageFlags.KeyEncipherment)))),
        ["the intermediate is left out"] = ("TAMPERED agent.crt was not trusted when the checkpoints were made", r =>
            Remake(r, new RecordingIdentity(Pki.Issue("pay-07", TestPki.ServerAuth, Pki.Intermediate)))),
        ["an agent without an intermediate"] = ("OK session 4f1c on pay-07: 4 segments, 8 entries, 1 streams, 0 heads witnessed", r =>
            Remake(r, new RecordingIdentity(Pki.Issue("pay-07", TestPki.ServerAuth)))),
        ["an agent with an RSA key"] = ("OK session 4f1c on pay-07: 4 segments, 8 entries, 1 streams, 0 heads witnessed", r =>
            Remake(r, new RecordingIdentity(Pki.Issue("pay-07", TestPki.ServerAuth, rsa: true)))),
        ["a recording from before the certificate"] = ("TAMPERED agent.crt was not trusted when the checkpoints were made", r =>
            Remake(r, Pki.Agent, TestPki.From.AddSeconds(-10))),
        ["a recording that outlasts the certificate"] = ("TAMPERED agent.crt was not trusted when the checkpoints were made", r =>
            Remake(r, Pki.Agent, TestPki.Until.AddSeconds(-7))),
    };

    public static TheoryData<string> Names => [.. Attacks.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public void Both_verifiers_say(string attack)
    {
        using var folder = new TemporaryFolder();
        var (verdict, act) = Attacks[attack];
        act(new HandMadeRecording(Pki, folder["4f1c"]));

        Assert.Equal(verdict, Verifiers.Agree(folder["4f1c"], Pki).ToString());
    }

    [Theory]
    [InlineData("ndjson")]
    [InlineData("pub")]
    [InlineData("cert")]
    [InlineData("sig")]
    [InlineData("checkpoint")]
    public void Any_flipped_byte_is_found(string extension)
    {
        using var folder = new TemporaryFolder();
        var recording = new HandMadeRecording(Pki, folder["4f1c"], segments: 3);
        var name = "0001." + extension;
        for (var position = 0; position < new FileInfo(recording[name]).Length; position++)
        {
            recording.Flip(name, position);
            Assert.Equal(VerdictStatus.Tampered, RecordingVerifier.Verify(recording.Folder, Pki.Anchors).Status);
            recording.Flip(name, position);
        }

        Assert.Equal(VerdictStatus.Ok, RecordingVerifier.Verify(recording.Folder, Pki.Anchors).Status);
    }

    [Theory]
    [InlineData("right", false, "OK session 4f1c on pay-07: 4 segments, 8 entries, 1 streams, 3 heads witnessed")]
    [InlineData("other session", false, "OK session 4f1c on pay-07: 4 segments, 8 entries, 1 streams, 0 heads witnessed")]
    [InlineData("wrong", false, "TAMPERED 0002.checkpoint is not the one that was witnessed")]
    [InlineData("right", true, "TAMPERED 0002.checkpoint is not the one that was witnessed")]
    [InlineData("late", true, "TAMPERED 0003.checkpoint was witnessed, but the recording ends before it")]
    public void Witnessed_heads_are_compared(string heads, bool endEarly, string verdict)
    {
        using var folder = new TemporaryFolder();
        var recording = new HandMadeRecording(Pki, folder["4f1c"]);
        var wrong = new string('0', 64);
        File.WriteAllText(folder["heads"], heads switch
        {
            "right" => $"other 2 {wrong}\n4f1c 0 {recording.Head(0)}\n\n4f1c 2 {recording.Head(2)}\n4f1c 3 {recording.Head(3)}",
            "late" => $"4f1c 3 {recording.Head(3)}\n",
            "wrong" => $"4f1c 2 {wrong}\n",
            _ => $"4f1d 2 {wrong}\n",
        });
        if (endEarly)
            EndEarly(recording);

        Assert.Equal(verdict, Verifiers.Agree(recording.Folder, Pki, folder["heads"]).ToString());
    }

    [Fact]
    public void A_cut_tail_that_was_witnessed_is_named()
    {
        using var folder = new TemporaryFolder();
        var recording = new HandMadeRecording(Pki, folder["4f1c"]);
        File.WriteAllText(folder["heads"], $"4f1c 0 {recording.Head(0)}\n4f1c 3 {recording.Head(3)}\n");
        recording.DeleteSegment(3);

        Assert.Equal(
            "INCOMPLETE no final checkpoint after segment 0002, though 0003.checkpoint was witnessed",
            Verifiers.Agree(recording.Folder, Pki, folder["heads"]).ToString());
    }

    [Fact]
    public void The_systems_own_roots_are_not_trusted()
    {
        using var folder = new TemporaryFolder();
        var recording = new HandMadeRecording(Stranger, folder["4f1c"]);
        var roots = Directory.CreateDirectory(folder["roots"]).FullName;
        File.Move(Stranger.WriteRoot(roots), Path.Combine(roots, SubjectHash(Stranger.Root, folder) + ".0"));

        var (exitCode, output) = ShellVerifier.Run([recording.Folder, Pki.WriteRoot(folder)], ("SSL_CERT_DIR", roots));

        Assert.Equal((4, "TAMPERED agent.crt was not trusted when the checkpoints were made"), (exitCode, output));
    }

    [Fact]
    public void Without_a_root_or_a_folder_there_is_no_verdict()
    {
        using var folder = new TemporaryFolder();
        var recording = new HandMadeRecording(Pki, folder["4f1c"]);
        var root = Pki.WriteRoot(folder);
        File.WriteAllText(folder["empty"], "");
        File.WriteAllText(folder["heads"], "4f1c zero 00\n");

        Assert.Equal(2, ShellVerifier.Run(recording.Folder).ExitCode);
        Assert.Equal(2, ShellVerifier.Run(recording.Folder, folder["empty"]).ExitCode);
        Assert.Equal(2, ShellVerifier.Run(folder["missing"], root).ExitCode);
        Assert.Equal(2, ShellVerifier.Run(recording.Folder, root, folder["missing"]).ExitCode);
        Assert.Equal(2, ShellVerifier.Run(recording.Folder, root, folder["heads"]).ExitCode);
        Assert.Equal(RecordingError.NoTrustAnchor, Assert.Throws<RecordingException>(() => RecordingVerifier.Verify(recording.Folder, [])).Error);
        Assert.Equal(RecordingError.Unreadable, Assert.Throws<RecordingException>(() => RecordingVerifier.Verify(folder["missing"], Pki.Anchors)).Error);
        Assert.Equal(RecordingError.Unreadable, Assert.Throws<RecordingException>(() => WitnessedHead.ReadFile(folder["missing"])).Error);
        Assert.Equal(RecordingError.Unreadable, Assert.Throws<RecordingException>(() => WitnessedHead.ReadFile(folder["heads"])).Error);
    }

    /// <summary>What a thief of the current key can do: end the recording at its segment.</summary>
    private static void EndEarly(HandMadeRecording recording)
    {
        recording.DeleteSegment(3);
        recording.Truncate("streams/0001.nettrace", 100);
        recording.Reseal(2, recording.Keys[2], checkpoint => checkpoint with { NextKeySha256 = Checkpoint.Final });
    }

    private static void Remake(HandMadeRecording recording, RecordingIdentity agent, DateTimeOffset? time = null)
    {
        Directory.Delete(recording.Folder, recursive: true);
        _ = new HandMadeRecording(Pki, recording.Folder, agent: agent, time: time);
    }

    private static void ReplaceByLink(HandMadeRecording recording, string name)
    {
        var moved = recording.Folder + "-moved";
        File.Move(recording[name], moved);
        File.CreateSymbolicLink(recording[name], moved);
    }

    private static void ReplaceByPipe(HandMadeRecording recording, string name)
    {
        File.Delete(recording[name]);
        using var process = System.Diagnostics.Process.Start("mkfifo", [recording[name]]);
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
    }

    private static string SubjectHash(X509Certificate2 certificate, TemporaryFolder folder)
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        var file = folder["subject.crt"];
        File.WriteAllText(file, certificate.ExportCertificatePem() + "\n", Encoding.ASCII);
        using var process = System.Diagnostics.Process.Start(
            new System.Diagnostics.ProcessStartInfo("openssl", ["x509", "-in", file, "-noout", "-subject_hash"]) { RedirectStandardOutput = true })!;
        return process.StandardOutput.ReadToEnd().Trim();
    }
}
