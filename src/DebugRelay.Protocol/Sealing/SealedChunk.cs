using System.Buffers.Binary;
using System.Security.Cryptography;

namespace DebugRelay.Protocol.Sealing;

/// <summary>
/// A piece of a sealed stream: 4 bytes (the length of the plaintext, and the highest bit on the last piece), the ciphertext, the tag. The nonce is the
/// piece's number and whether it is the last, so that none can be moved, repeated, left out, or be the last unless it was.
/// </summary>
internal static class SealedChunk
{
    public const int HeadSize = 4;
    public const int TagSize = 16;
    public const int Overhead = HeadSize + TagSize;
    private const uint LastBit = 0x8000_0000;

    public static void Seal(AesGcm aes, ulong number, bool last, ReadOnlySpan<byte> plain, Span<byte> into)
    {
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, number, last);
        Span<byte> head = into[..HeadSize];
        BinaryPrimitives.WriteUInt32BigEndian(head, (uint)plain.Length | (last ? LastBit : 0));
        aes.Encrypt(nonce, plain, into.Slice(HeadSize, plain.Length), into.Slice(HeadSize + plain.Length, TagSize), head);
    }

    /// <exception cref="SealException">The length is not one that is ever written.</exception>
    public static (int Length, bool Last) ReadHead(ReadOnlySpan<byte> head)
    {
        uint value = BinaryPrimitives.ReadUInt32BigEndian(head);
        uint length = value & ~LastBit;
        return length <= Limits.SealedChunk ? ((int)length, (value & LastBit) != 0) : throw new SealException("the sealed stream was changed: a piece is too long");
    }

    /// <exception cref="SealException">The piece is not the one that was sealed under this number.</exception>
    public static void Open(AesGcm aes, ulong number, ReadOnlySpan<byte> chunk, Span<byte> into)
    {
        (int length, bool last) = ReadHead(chunk);
        Span<byte> nonce = stackalloc byte[12];
        WriteNonce(nonce, number, last);
        try
        {
            aes.Decrypt(nonce, chunk.Slice(HeadSize, length), chunk.Slice(HeadSize + length, TagSize), into[..length], chunk[..HeadSize]);
        }
        catch (CryptographicException)
        {
            throw new SealException("the sealed stream was changed: a piece does not open");
        }
    }

    private static void WriteNonce(Span<byte> nonce, ulong number, bool last)
    {
        nonce.Clear();
        BinaryPrimitives.WriteUInt64BigEndian(nonce[3..], number);
        nonce[11] = last ? (byte)1 : (byte)0;
    }
}
