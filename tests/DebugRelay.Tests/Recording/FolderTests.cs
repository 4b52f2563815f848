using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording;

/// <summary>The folder of all recordings, and what should not lie in one.</summary>
public class FolderTests
{
    private static readonly TestPki Pki = new();

    [Fact]
    public void Both_verifiers_go_through_all_sessions()
    {
        using var folder = new TemporaryFolder();
        _ = new HandMadeRecording(Pki, folder["all/4f1c"]);
        var cut = new HandMadeRecording(Pki, folder["all/4f1d"], session: "4f1d");
        cut.DeleteSegment(3);
        new HandMadeRecording(Pki, folder["all/4f1e"], session: "4f1e").Flip("0001.ndjson", 20);
        _ = new HandMadeRecording(Pki, folder["all/4f20"], session: "4f21");
        Directory.CreateDirectory(folder["all/4f22"]);

        string[] expected =
        [
            "4f1c: OK session 4f1c on pay-07: 4 segments, 8 entries, 1 streams, 0 heads witnessed",
            "4f1d: INCOMPLETE no final checkpoint after segment 0002",
            "4f1e: TAMPERED 0001.ndjson is changed",
            "4f20: TAMPERED this is the recording of session 4f21",
            "4f22: INCOMPLETE no segment is sealed",
        ];
        Assert.True(RecordingVerifier.IsFolderOfSessions(folder["all"]));
        Assert.False(RecordingVerifier.IsFolderOfSessions(folder["all/4f1c"]));
        Assert.Equal(expected, RecordingVerifier.VerifyAll(folder["all"], Pki.Anchors).Select(v => $"{v.Name}: {v.Verdict}"));
        var (exitCode, output) = ShellVerifier.Run(folder["all"], Pki.WriteRoot(folder));
        Assert.Equal([.. expected, "TAMPERED 5 recordings, 2 tampered with, 2 incomplete"], output.Split('\n'));
        Assert.Equal(4, exitCode);
    }

    [Theory]
    [InlineData("0001.ndjson")]
    [InlineData("0004.ndjson")]
    [InlineData("agent.crt")]
    [InlineData("0002.checkpoint")]
    [InlineData("streams/0001.nettrace")]
    public void A_pipe_holds_up_no_verifier(string name)
    {
        using var folder = new TemporaryFolder();
        var recording = new HandMadeRecording(Pki, folder["4f1c"]);
        File.Delete(recording[name]);
        using (var make = System.Diagnostics.Process.Start("mkfifo", [recording[name]]))
            make.WaitForExit();

        Assert.Equal($"TAMPERED {name} is not a regular file", Verifiers.Agree(recording.Folder, Pki).ToString());
    }
}
