using System.Buffers;
using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;
using DebugRelay.Protocol.Sealing;
using Xunit;

namespace DebugRelay.Tests.Protocol;

/// <summary>What is sealed is opened by its recipients alone, exactly as it was, or not at all.</summary>
public sealed class SealingTests
{
    private static readonly byte[] Secret = [.. RandomNumberGenerator.GetBytes(200_000)];

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(1_000_000)]
    public async Task What_was_sealed_is_opened_however_it_arrives(int pieceSize)
    {
        using ECDiffieHellman client = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] sealedBytes = await SealAsync(client, Secret[..(pieceSize == 1 ? 3000 : Secret.Length)]);
        (byte[] opened, bool complete) = await OpenAsync(sealedBytes, SealedOpener.With(client), pieceSize);
        Assert.True(complete);
        Assert.Equal(Secret[..opened.Length], opened);
        Assert.True(sealedBytes.AsSpan().IndexOf(Secret.AsSpan(100, 16)) < 0);
    }

    [Fact]
    public async Task Reviewers_open_it_with_their_certificates_keys()
    {
        using ECDiffieHellman client = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        using ECDsa elliptic = ECDsa.Create(ECCurve.NamedCurves.nistP384);
        using RSA rsa = RSA.Create(2048);
        using X509Certificate2 one = new CertificateRequest("CN=rita", elliptic, HashAlgorithmName.SHA256).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        using X509Certificate2 other = new CertificateRequest("CN=ron", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1).CreateSelfSigned(DateTimeOffset.UtcNow, DateTimeOffset.UtcNow.AddDays(1));
        byte[] sealedBytes = await SealAsync(client, Secret, one, other);

        using var agreement = ECDiffieHellman.Create();
        agreement.ImportPkcs8PrivateKey(elliptic.ExportPkcs8PrivateKey(), out _);
        Assert.Equal(Secret, (await OpenAsync(sealedBytes, SealedOpener.With(agreement))).Opened);
        Assert.Equal(Secret, (await OpenAsync(sealedBytes, SealedOpener.With(rsa))).Opened);
        using ECDiffieHellman stranger = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        SealException error = await Assert.ThrowsAsync<SealException>(() => OpenAsync(sealedBytes, SealedOpener.With(stranger)));
        Assert.Contains("not sealed for this key", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cut_shows_wherever_it_is()
    {
        using ECDiffieHellman client = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] sealedBytes = await SealAsync(client, Secret);
        foreach (int length in (int[])[0, 5, 12, 300, 70_000, sealedBytes.Length - 20, sealedBytes.Length - 1])
            Assert.False((await OpenAsync(sealedBytes[..length], SealedOpener.With(client))).Complete);
    }

    [Fact]
    public async Task A_change_shows_wherever_it_is()
    {
        using ECDiffieHellman client = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        byte[] sealedBytes = await SealAsync(client, Secret[..5000]);
        for (int i = 0; i < sealedBytes.Length; i += i < 700 ? 1 : 97)
        {
            byte[] changed = [.. sealedBytes];
            changed[i] ^= 0x10;
            bool whole;
            try
            {
                whole = (await OpenAsync(changed, SealedOpener.With(client))).Complete;
            }
            catch (SealException)
            {
                continue;
            }
            Assert.False(whole, $"byte {i}");
        }
        await Assert.ThrowsAsync<SealException>(() => OpenAsync([.. sealedBytes, .. sealedBytes[^20..]], SealedOpener.With(client)));
    }

    [Fact]
    public async Task Sealing_allocates_nothing_piece_by_piece()
    {
        using ECDiffieHellman client = ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);
        var pipe = new ThrowAway();
        using var writer = new SealingWriter(pipe, OrderFor(client));
        byte[] block = Secret[..100_000];
        for (int i = 0; i < 3; i++)
            Write();
        // Code that is compiled anew between two rounds may allocate once; what is sealed may not at all, so that one round without is enough.
        Assert.Contains(Enumerable.Range(0, 5), _ => Allocated() < 4096);
        await writer.FinishAsync(TestContext.Current.CancellationToken);

        long Allocated()
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 200; i++)
                Write();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        void Write()
        {
            writer.Write(block);
            ValueTask<FlushResult> flushed = writer.FlushAsync();
            Assert.True(flushed.IsCompletedSuccessfully);
        }
    }

    private static SealOrder OrderFor(ECDiffieHellman client, params X509Certificate2[] reviewers)
        => new("host", "4f1c", 3, client.ExportSubjectPublicKeyInfo(), [.. reviewers.Select(reviewer => reviewer.RawData)]);

    private static async Task<byte[]> SealAsync(ECDiffieHellman client, byte[] plain, params X509Certificate2[] reviewers)
    {
        var stream = new MemoryStream();
        PipeWriter output = PipeWriter.Create(stream, new StreamPipeWriterOptions(leaveOpen: true));
        using var writer = new SealingWriter(output, OrderFor(client, reviewers));
        for (int start = 0; start < plain.Length; start += 90_000)
        {
            writer.Write(plain.AsSpan(start, Math.Min(90_000, plain.Length - start)));
            await writer.FlushAsync(TestContext.Current.CancellationToken);
        }
        await writer.FinishAsync(TestContext.Current.CancellationToken);
        await output.CompleteAsync();
        return stream.ToArray();
    }

    private static async Task<(byte[] Opened, bool Complete)> OpenAsync(byte[] sealedBytes, SealedOpener opener, int pieceSize = 10_000)
    {
        using (opener)
        {
            var opened = new ArrayBufferWriter<byte>();
            for (int start = 0; start < sealedBytes.Length; start += pieceSize)
            {
                var piece = new ReadOnlySequence<byte>(sealedBytes, start, Math.Min(pieceSize, sealedBytes.Length - start));
                await opener.OpenAsync(piece, part =>
                {
                    opened.Write(part.Span);
                    return ValueTask.CompletedTask;
                });
            }
            return (opened.WrittenSpan.ToArray(), opener.IsComplete);
        }
    }

    private sealed class ThrowAway : PipeWriter
    {
        private readonly byte[] _buffer = new byte[Limits.SealedChunk * 4];

        public override void Advance(int bytes)
        {
        }

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => new(new FlushResult(false, false));

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;
    }
}
