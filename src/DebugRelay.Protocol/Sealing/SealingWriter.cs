using System.IO.Pipelines;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Protocol.Sealing;

/// <summary>Encrypts what is written to it, piece by piece, on its way to another writer: what passes that one can be read by the recipients alone.</summary>
/// <remarks>One copy and one pass of AES-GCM; nothing is allocated once its buffer is as large as the largest flush.</remarks>
public sealed class SealingWriter : PipeWriter, IDisposable
{
    private readonly PipeWriter _output;
    private readonly AesGcm _aes;
    private byte[] _plain = new byte[Limits.SealedChunk];
    private int _filled;
    private ulong _next;
    private byte[]? _head;
    private bool _finished;

    /// <summary>Begins a stream with a key of its own, wrapped for each recipient.</summary>
    /// <param name="output">Where the sealed bytes go.</param>
    /// <param name="order">Who can open them, and what they are.</param>
    /// <exception cref="SealException">A recipient's key cannot be encrypted to.</exception>
    public SealingWriter(PipeWriter output, SealOrder order)
    {
        _output = output;
        byte[] secret = RandomNumberGenerator.GetBytes(KeyWrap.SecretSize);
        var recipients = new List<SealedRecipient> { KeyWrap.For(order.ClientKey, secret) };
        foreach (byte[] der in order.Reviewers)
        {
            using X509Certificate2 reviewer = X509CertificateLoader.LoadCertificate(der);
            recipients.Add(KeyWrap.For(reviewer, secret));
        }
        _head = new SealedHeader(SealedHeader.CurrentVersion, order.Host, order.Session, order.Number, [.. recipients]).Render();
        byte[] key = SealedHeader.ContentKey(secret, _head);
        _aes = new AesGcm(key, SealedChunk.TagSize);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(key);
    }

    /// <inheritdoc/>
    public override Memory<byte> GetMemory(int sizeHint = 0)
    {
        int wanted = Math.Max(sizeHint, 4096);
        if (_plain.Length - _filled < wanted)
            Array.Resize(ref _plain, Math.Max(_plain.Length * 2, _filled + wanted));
        return _plain.AsMemory(_filled);
    }

    /// <inheritdoc/>
    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    /// <inheritdoc/>
    public override void Advance(int bytes) => _filled += bytes;

    /// <inheritdoc/>
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default)
    {
        for (int start = 0; start < _filled; start += Limits.SealedChunk)
            Seal(_plain.AsSpan(start, Math.Min(_filled - start, Limits.SealedChunk)), last: false);
        _filled = 0;
        return _output.FlushAsync(cancellationToken);
    }

    /// <summary>Writes the last piece, without which the stream counts as cut.</summary>
    public async ValueTask FinishAsync(CancellationToken cancellation)
    {
        if (_filled > 0)
            await FlushAsync(cancellation);
        if (!_finished)
            Seal([], last: true);
        _finished = true;
        await _output.FlushAsync(cancellation);
    }

    /// <inheritdoc/>
    public override void CancelPendingFlush() => _output.CancelPendingFlush();

    /// <inheritdoc/>
    public override void Complete(Exception? exception = null)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_plain);
    }

    private void Seal(ReadOnlySpan<byte> plain, bool last)
    {
        if (_head is not null)
        {
            _head.CopyTo(_output.GetSpan(_head.Length));
            _output.Advance(_head.Length);
            _head = null;
        }
        int size = plain.Length + SealedChunk.Overhead;
        SealedChunk.Seal(_aes, _next++, last, plain, _output.GetSpan(size)[..size]);
        _output.Advance(size);
    }
}
