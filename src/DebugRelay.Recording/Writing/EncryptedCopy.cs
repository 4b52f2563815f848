using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>
/// A delivered stream, encrypted to the reviewers: pieces of AES-256-GCM in <c>NAME.enc</c>, the key in an envelope in <c>NAME.key</c>. Both are streams of
/// the recording themselves, and sealed like any other. Its owner calls it from one task at a time.
/// </summary>
internal sealed class EncryptedCopy : IDisposable
{
    private readonly RecordedStream _into;
    private readonly AesGcm _aes;
    private readonly byte[] _plain = new byte[Limits.EncryptedPiece];
    private readonly byte[] _piece = new byte[EncryptedPiece.Overhead + Limits.EncryptedPiece];
    private int _filled;
    private ulong _next;

    /// <param name="into">The stream of the pieces.</param>
    /// <param name="key">The stream of the key; it is complete on return.</param>
    /// <param name="reviewers">Who can open it.</param>
    /// <exception cref="CryptographicException">A reviewer's certificate cannot be encrypted to.</exception>
    public EncryptedCopy(RecordedStream into, RecordedStream key, IReadOnlyList<X509Certificate2> reviewers)
    {
        _into = into;
        var secret = RandomNumberGenerator.GetBytes(KeyEnvelope.KeySize);
        key.Append(KeyEnvelope.Seal(secret, reviewers));
        key.Complete();
        key.Dispose();
        _aes = new AesGcm(secret, EncryptedPiece.TagSize);
        CryptographicOperations.ZeroMemory(secret);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var part = bytes[..Math.Min(bytes.Length, _plain.Length - _filled)];
            part.CopyTo(_plain.AsSpan(_filled));
            _filled += part.Length;
            bytes = bytes[part.Length..];
            if (_filled == _plain.Length)
                Flush();
        }
    }

    /// <summary>Writes a piece that is not full, so that what was delivered can be read whatever happens next.</summary>
    public void Flush()
    {
        if (_filled == 0)
            return;
        _into.Append(EncryptedPiece.Seal(_aes, _next++, _plain.AsSpan(0, _filled), _piece));
        _filled = 0;
    }

    public void Complete()
    {
        Flush();
        _into.Complete();
    }

    public void Dispose()
    {
        _aes.Dispose();
        CryptographicOperations.ZeroMemory(_plain);
        _into.Dispose();
    }
}

/// <summary>A piece of an encrypted stream: four bytes (the plaintext's length, big-endian), the ciphertext, the tag. The nonce is its number.</summary>
internal static class EncryptedPiece
{
    public const int HeadSize = 4;
    public const int TagSize = 16;
    public const int Overhead = HeadSize + TagSize;
    private const int NonceSize = 12;

    public static ReadOnlySpan<byte> Seal(AesGcm aes, ulong number, ReadOnlySpan<byte> plain, Span<byte> into)
    {
        var head = into[..HeadSize];
        BinaryPrimitives.WriteUInt32BigEndian(head, (uint)plain.Length);
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, number);
        aes.Encrypt(nonce, plain, into.Slice(HeadSize, plain.Length), into.Slice(HeadSize + plain.Length, TagSize), head);
        return into[..(Overhead + plain.Length)];
    }

    /// <returns>The plaintext's length; 0 where it is none that is ever written.</returns>
    public static int Length(ReadOnlySpan<byte> head) =>
        BinaryPrimitives.ReadUInt32BigEndian(head) is > 0 and <= Limits.EncryptedPiece and var length ? (int)length : 0;

    /// <exception cref="CryptographicException">It is not the piece that was sealed under this number.</exception>
    public static void Open(AesGcm aes, ulong number, ReadOnlySpan<byte> piece, Span<byte> into)
    {
        Span<byte> nonce = stackalloc byte[NonceSize];
        WriteNonce(nonce, number);
        aes.Decrypt(nonce, piece[HeadSize..^TagSize], piece[^TagSize..], into[..(piece.Length - Overhead)], piece[..HeadSize]);
    }

    private static void WriteNonce(Span<byte> nonce, ulong number)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[4..], number);
    }
}
