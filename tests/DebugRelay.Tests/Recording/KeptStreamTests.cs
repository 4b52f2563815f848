using System.Diagnostics;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Recording;
using DebugRelay.TestSupport.Processes;
using Xunit;

namespace DebugRelay.Tests.Recording;

/// <summary>Streams that are kept by their hash alone, and those that are encrypted to reviewers.</summary>
public class KeptStreamTests
{
    private static readonly TestPki Pki = new();
    private static readonly X509Certificate2 Eve = Pki.Issue("eve", TestPki.ClientAuth);
    private static readonly X509Certificate2 Rita = Pki.Issue("rita", TestPki.ClientAuth, rsa: true);
    private static readonly X509Certificate2 Paul = Pki.Issue("paul", TestPki.ClientAuth, curve: ECCurve.NamedCurves.nistP384);

    private static readonly StreamKeeping Encrypted = new(StreamForm.Encrypted, [Eve, Rita, Paul]);

    [Fact]
    public async Task By_hash_alone_leaves_no_file_and_both_verifiers_agree()
    {
        using var folder = new TemporaryFolder();
        var bytes = await RecordAsync(folder, StreamKeeping.Hash);

        Assert.Empty(Directory.GetFiles(folder["recordings/4f1c/streams"]));
        Assert.Empty(Directory.GetFiles(folder["spool"]));
        Assert.Contains($" {Digest.Hex(bytes)}\n", File.ReadAllText(folder["recordings/4f1c/0001.checkpoint"]), StringComparison.Ordinal);
        Assert.Equal("OK session 4f1c on pay-07: 2 segments, 1 entries, 1 streams, 0 heads witnessed", Verifiers.Agree(folder["recordings/4f1c"], Pki).ToString());

        File.WriteAllBytes(folder["recordings/4f1c/streams/0001.nettrace"], bytes);
        Assert.Equal("TAMPERED stream 0001.nettrace is kept by its hash alone, but a file is there", Verifiers.Agree(folder["recordings/4f1c"], Pki).ToString());
    }

    [Fact]
    public async Task Each_reviewer_opens_what_is_encrypted_to_him_and_nobody_else_does()
    {
        using var folder = new TemporaryFolder();
        var bytes = await RecordAsync(folder, Encrypted);
        var recording = folder["recordings/4f1c"];

        Assert.Equal("OK session 4f1c on pay-07: 2 segments, 1 entries, 3 streams, 0 heads witnessed", Verifiers.Agree(recording, Pki).ToString());
        Assert.Equal(["0001.nettrace"], EncryptedStream.List(recording));
        foreach (var reviewer in new[] { Eve, Rita, Paul })
            Assert.Equal(bytes, Read(recording, reviewer));
        using var mallory = Pki.Issue("mallory", TestPki.ClientAuth);
        Assert.Equal(RecordingError.CannotDecrypt, Assert.Throws<RecordingException>(() => Read(recording, mallory)).Error);
        Assert.Equal(bytes.Length, VolumeSeries.Read(recording, TestPki.From).Sum(span => span.Bytes));
        // What is not compressible in the clear is not found in the cipher either.
        Assert.Equal(-1, File.ReadAllBytes(Path.Combine(recording, "streams/0001.nettrace.enc")).AsSpan().IndexOf(bytes.AsSpan(0, 16)));
    }

    [Theory]
    [InlineData("eve")]
    [InlineData("rita")]
    [InlineData("paul")]
    public async Task Openssl_unwraps_the_key_and_the_pieces_open_as_documented(string name)
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        using var folder = new TemporaryFolder();
        var bytes = await RecordAsync(folder, Encrypted);
        var reviewer = name switch { "eve" => Eve, "rita" => Rita, _ => Paul };
        File.WriteAllText(folder["r.crt"], reviewer.ExportCertificatePem());
        File.WriteAllText(folder["r.key"], ((AsymmetricAlgorithm?)reviewer.GetRSAPrivateKey() ?? reviewer.GetECDsaPrivateKey())!.ExportPkcs8PrivateKeyPem());

        using var process = Process.Start("openssl", [
            "cms", "-decrypt", "-inform", "DER", "-in", folder["recordings/4f1c/streams/0001.nettrace.key"], "-recip", folder["r.crt"], "-inkey", folder["r.key"], "-out", folder["key"], "-binary"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);

        using var aes = new AesGcm(File.ReadAllBytes(folder["key"]), 16);
        var (pieces, plain) = (File.ReadAllBytes(folder["recordings/4f1c/streams/0001.nettrace.enc"]), new MemoryStream());
        for (var (at, number) = (0, 0); at < pieces.Length; number++)
        {
            var length = (pieces[at] << 24) | (pieces[at + 1] << 16) | (pieces[at + 2] << 8) | pieces[at + 3];
            var into = new byte[length];
            aes.Decrypt([0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, (byte)number], pieces.AsSpan(at + 4, length), pieces.AsSpan(at + 4 + length, 16), into, pieces.AsSpan(at, 4));
            plain.Write(into);
            at += 20 + length;
        }

        Assert.Equal(bytes, plain.ToArray());
    }

    [Fact]
    public async Task Openssls_envelope_of_the_same_form_opens_too()
    {
        Assert.SkipUnless(PublicTools.HasOpenSsl, PublicTools.NoOpenSsl);
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder["r.crt"], Eve.ExportCertificatePem());
        var key = RandomNumberGenerator.GetBytes(32);
        await File.WriteAllBytesAsync(folder["key"], key, TestContext.Current.CancellationToken);
        using var process = Process.Start("openssl", [
            "cms", "-encrypt", "-binary", "-outform", "DER", "-aes256", "-in", folder["key"], "-out", folder["envelope"], "-recip", folder["r.crt"], "-keyopt", "ecdh_kdf_md:sha256"]);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);

        Assert.Equal(key, KeyEnvelope.Open(await File.ReadAllBytesAsync(folder["envelope"], TestContext.Current.CancellationToken), Eve));
    }

    [Fact]
    public async Task Changed_pieces_are_found_by_both_verifiers_and_do_not_open()
    {
        using var folder = new TemporaryFolder();
        await RecordAsync(folder, Encrypted);
        var recording = folder["recordings/4f1c"];
        var (pieces, key) = (Path.Combine(recording, "streams/0001.nettrace.enc"), Path.Combine(recording, "streams/0001.nettrace.key"));

        Flip(pieces, 70_000);
        Assert.Equal("TAMPERED stream 0001.nettrace.enc is changed", Verifiers.Agree(recording, Pki).ToString());
        Assert.Equal(RecordingError.CannotDecrypt, Assert.Throws<RecordingException>(() => Read(recording, Eve)).Error);
        Flip(pieces, 70_000);
        Flip(key, -1);
        Assert.Equal("TAMPERED stream 0001.nettrace.key is changed", Verifiers.Agree(recording, Pki).ToString());
        Assert.Equal(RecordingError.CannotDecrypt, Assert.Throws<RecordingException>(() => Read(recording, Eve)).Error);
        Flip(key, -1);
        // Whole pieces off the end: each that is left opens, but they are not what was delivered.
        var bytes = File.ReadAllBytes(pieces);
        File.WriteAllBytes(pieces, bytes[..(65_536 + 20)]);
        Assert.Equal("TAMPERED stream 0001.nettrace.enc is shorter than 0000.checkpoint says", Verifiers.Agree(recording, Pki).ToString());
        Assert.Equal(RecordingError.CannotDecrypt, Assert.Throws<RecordingException>(() => Read(recording, Eve)).Error);
        File.Delete(pieces);
        Assert.Equal("TAMPERED stream 0001.nettrace.enc is shorter than 0000.checkpoint says", Verifiers.Agree(recording, Pki).ToString());
    }

    [Fact]
    public async Task A_crash_leaves_what_was_sealed_and_it_opens()
    {
        using var folder = new TemporaryFolder();
        await RecordAsync(folder, Encrypted, crash: true);

        Assert.Equal("INCOMPLETE no final checkpoint after segment 0000", Verifiers.Agree(folder["recordings/4f1c"], Pki).ToString());
        Assert.Equal(100_000, Read(folder["recordings/4f1c"], Eve).Length);
    }

    [Fact]
    public async Task A_spool_gives_a_reader_that_keeps_up_everything_and_tells_one_that_does_not()
    {
        using var folder = new TemporaryFolder();
        var options = new RecorderOptions { SpoolFolder = folder["spool"], SpoolBytes = 1024 * 1024 };
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "4f1c", Pki.Agent, new TestClock(), options);
        using var stream = recorder.OpenStream("0001.nettrace", StreamKeeping.Hash);
        var (block, read) = (new byte[256 * 1024], new byte[256 * 1024]);
        using var written = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var seen = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var position = 0L;
        for (var i = 0; i < 64; i++)
        {
            Random.Shared.NextBytes(block);
            written.AppendData(block);
            await stream.AppendAsync(block);
            while (stream.Length - position > (i < 63 ? 1024 * 1024 : 0))
            {
                var got = stream.Read(position, read);
                seen.AppendData(read, 0, got);
                position += got;
            }
        }

        Assert.False(stream.IsKept);
        Assert.Equal(written.GetCurrentHash(), seen.GetCurrentHash());
        Assert.Equal(RecordingError.Overrun, Assert.Throws<RecordingException>(() => stream.Read(0, read)).Error);
        await recorder.AppendAsync("note", "{}"u8.ToArray(), durable: true, TestContext.Current.CancellationToken);
    }

    private static async Task<byte[]> RecordAsync(TemporaryFolder folder, StreamKeeping keeping, bool crash = false)
    {
        var bytes = RandomNumberGenerator.GetBytes(200_000);
        var options = new RecorderOptions { SpoolFolder = folder["spool"] };
        await using var recorder = SessionRecorder.Create(folder["recordings"], "pay-07", "4f1c", Pki.Agent, new TestClock(), options);
        using var stream = recorder.OpenStream("0001.nettrace", keeping);
        await stream.AppendAsync(bytes.AsMemory(0, 100_000));
        await recorder.SealAsync();
        await stream.AppendAsync(bytes.AsMemory(100_000, crash ? 1000 : 100_000));
        if (crash)
            return bytes;
        Assert.Equal((bytes.Length, Digest.Hex(bytes)), (stream.Complete().Bytes, Convert.ToHexStringLower(stream.Complete().Sha256)));
        await recorder.CloseAsync("closed");
        return bytes;
    }

    private static byte[] Read(string recording, X509Certificate2 reviewer)
    {
        using var stream = EncryptedStream.Open(recording, "0001.nettrace", reviewer);
        using var plain = new MemoryStream();
        stream.CopyTo(plain);
        return plain.ToArray();
    }

    private static void Flip(string path, int position)
    {
        var bytes = File.ReadAllBytes(path);
        bytes[position < 0 ? bytes.Length + position : position] ^= 1;
        File.WriteAllBytes(path, bytes);
    }
}
