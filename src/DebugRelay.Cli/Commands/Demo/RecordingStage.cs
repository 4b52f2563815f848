using System.Security.Cryptography.X509Certificates;
using DebugRelay.Recording;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>The recording is verified, by the CA's public key and the heads that the client kept.</summary>
internal static class RecordingStage
{
    public static void Run(Narrator narrator, DemoFolder folder, string session, IReadOnlyList<WitnessedHead> heads)
    {
        narrator.Chapter("The recording of all this");
        var anchors = new X509Certificate2Collection();
        anchors.ImportFromPemFile(folder.Authority);
        Verdict verdict = RecordingVerifier.Verify(Path.Combine(folder.Recordings, session), anchors, new VerifyOptions { Heads = heads });
        string facts = $"{verdict.Segments} segments, {verdict.Entries} entries, {verdict.Streams} streams, {verdict.HeadsWitnessed} heads witnessed here";
        narrator.Check("verified", verdict.Status == VerdictStatus.Ok, $"OK: {facts}", verdict.ToString());
    }
}
