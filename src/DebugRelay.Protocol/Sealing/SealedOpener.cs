using System.Buffers;
using System.Security.Cryptography;

namespace DebugRelay.Protocol.Sealing;

/// <summary>Opens a sealed stream while it arrives, in pieces of any size. What it gives was sealed exactly so, from the beginning on.</summary>
/// <param name="unwrap">Gets the stream's secret out of its head, with the recipient's key.</param>
public sealed class SealedOpener(Func<SealedHeader, byte[]> unwrap) : IDisposable
{
    private readonly byte[] _plain = new byte[Limits.SealedChunk];
    private readonly ArrayBufferWriter<byte> _pending = new(Limits.SealedChunk + SealedChunk.Overhead);
    private AesGcm? _aes;
    private ulong _next;

    /// <summary>Opens with the session's own key, or a reviewer's elliptic one.</summary>
    public static SealedOpener With(ECDiffieHellman key) => new(header => KeyWrap.Open(header, key));

    /// <summary>Opens with a reviewer's RSA key.</summary>
    public static SealedOpener With(RSA key) => new(header => KeyWrap.Open(header, key));

    /// <summary>The head; null before it has come.</summary>
    public SealedHeader? Header { get; private set; }

    /// <summary>Whether the last piece has come: without it the stream was cut.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>Takes the next bytes and gives what they open, in order. The memory given is valid only during the call.</summary>
    /// <exception cref="SealException">The stream was changed, or is not sealed for this key.</exception>
    public async ValueTask OpenAsync(ReadOnlySequence<byte> bytes, Func<ReadOnlyMemory<byte>, ValueTask> deliver)
    {
        while (true)
        {
            int wanted = Wanted();
            int missing = (int)Math.Min(wanted - _pending.WrittenCount, bytes.Length);
            foreach (ReadOnlyMemory<byte> part in bytes.Slice(0, missing))
                _pending.Write(part.Span);
            bytes = bytes.Slice(missing);
            if (_pending.WrittenCount < wanted)
                return;
            if (wanted == Wanted())
                await TakeAsync(deliver);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _aes?.Dispose();
        CryptographicOperations.ZeroMemory(_plain);
    }

    /// <summary>How many bytes must be together before the next step: a prefix says how many more.</summary>
    private int Wanted()
    {
        ReadOnlySpan<byte> have = _pending.WrittenSpan;
        if (_aes is null)
            return have.Length < SealedHeader.PrefixSize ? SealedHeader.PrefixSize : SealedHeader.PrefixSize + SealedHeader.JsonLength(have);
        return have.Length < SealedChunk.HeadSize ? SealedChunk.HeadSize : SealedChunk.Overhead + SealedChunk.ReadHead(have).Length;
    }

    private async ValueTask TakeAsync(Func<ReadOnlyMemory<byte>, ValueTask> deliver)
    {
        if (_aes is null)
        {
            Begin(_pending.WrittenSpan);
            _pending.ResetWrittenCount();
            return;
        }
        if (IsComplete)
            throw new SealException("the sealed stream was changed: something follows its last piece");
        (int length, bool last) = SealedChunk.ReadHead(_pending.WrittenSpan);
        SealedChunk.Open(_aes, _next++, _pending.WrittenSpan, _plain);
        _pending.ResetWrittenCount();
        IsComplete = last;
        if (length > 0)
            await deliver(_plain.AsMemory(0, length));
    }

    private void Begin(ReadOnlySpan<byte> head)
    {
        Header = SealedHeader.Parse(head[SealedHeader.PrefixSize..]);
        byte[] secret = unwrap(Header), key = SealedHeader.ContentKey(secret, head);
        _aes = new AesGcm(key, SealedChunk.TagSize);
        CryptographicOperations.ZeroMemory(secret);
        CryptographicOperations.ZeroMemory(key);
    }
}
