using DebugRelay.Recording;
using Xunit;

namespace DebugRelay.Tests.Recording;

/// <summary>Asks both verifiers; they must say the same.</summary>
internal static class Verifiers
{
    public static Verdict Agree(string recording, TestPki pki, string? heads = null)
    {
        var options = new VerifyOptions { Heads = heads is null ? [] : WitnessedHead.ReadFile(heads) };
        var verdict = RecordingVerifier.Verify(recording, pki.Anchors, options);
        using var folder = new TemporaryFolder();
        var root = pki.WriteRoot(folder);
        var (exitCode, output) = ShellVerifier.Run(heads is null ? [recording, root] : [recording, root, heads]);
        Assert.Equal(verdict.ToString(), output);
        Assert.Equal(verdict.Status == VerdictStatus.Ok ? 0 : 4, exitCode);
        return verdict;
    }
}
