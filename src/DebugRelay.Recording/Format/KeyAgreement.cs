using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>
/// The part of a CMS envelope for one elliptic recipient (RFC 5753): ephemeral-static ECDH, the key derivation of X9.63 with SHA-256, and AES-256 key wrap
/// (RFC 3394).
/// </summary>
internal static class KeyAgreement
{
    private const string Scheme = "1.3.132.1.11.1";
    private const string Aes256Wrap = "2.16.840.1.101.3.4.1.45";
    private const string EllipticKey = "1.2.840.10045.2.1";
    private const int Block = 8;

    // RFC 3394, 2.2.3.1.
    private const ulong Initial = 0xA6A6A6A6A6A6A6A6;

    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);
    private static readonly Asn1Tag Context2 = new(TagClass.ContextSpecific, 2, isConstructed: true);

    public static void Write(AsnWriter writer, X509Certificate2 recipient, byte[] inner)
    {
        using var his = PublicKeyOf(recipient);
        using var own = ECDiffieHellman.Create(his.ExportParameters(includePrivateParameters: false).Curve);
        using (writer.PushSequence(Context1))
        {
            writer.WriteInteger(3);
            using (writer.PushSequence(Context0))
            using (writer.PushSequence(Context1))
            {
                WriteAlgorithm(writer, EllipticKey);
                writer.WriteBitString(Point(own.ExportParameters(includePrivateParameters: false).Q));
            }

            WriteScheme(writer);
            using (writer.PushSequence())
            using (writer.PushSequence())
            {
                KeyEnvelope.WriteIdentifier(writer, recipient);
                writer.WriteOctetString(Wrap(Agree(own, his.PublicKey), inner));
            }
        }
    }

    /// <summary>The inner key, or null where this part is another's.</summary>
    /// <exception cref="CryptographicException">It was changed, or the certificate has no private key.</exception>
    public static byte[]? TryRead(AsnReader reader, X509Certificate2 recipient)
    {
        _ = reader.ReadInteger();
        var originator = reader.ReadSequence(Context0).ReadSequence(Context1);
        _ = originator.ReadEncodedValue();
        var point = originator.ReadBitString(out _);
        _ = reader.ReadEncodedValue();
        var part = reader.ReadSequence().ReadSequence();
        if (!KeyEnvelope.Identifies(part.ReadSequence(), recipient))
            return null;
        using var own = PrivateKeyOf(recipient);
        using var other = ECDiffieHellman.Create(new ECParameters { Curve = own.ExportParameters(includePrivateParameters: false).Curve, Q = Point(point) });
        return Unwrap(Agree(own, other.PublicKey), part.ReadOctetString());
    }

    // A certificate that is for signatures alone has no ECDH key for .NET. Reviewers have one key, and it is theirs to say what it opens.
    private static ECDiffieHellman PublicKeyOf(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey()!;
        var agreement = ECDiffieHellman.Create();
        agreement.ImportSubjectPublicKeyInfo(key.ExportSubjectPublicKeyInfo(), out _);
        return agreement;
    }

    private static ECDiffieHellman PrivateKeyOf(X509Certificate2 certificate)
    {
        if (certificate.GetECDiffieHellmanPrivateKey() is { } whole)
            return whole;
        using var key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("the key that goes with the certificate is needed");
        var pkcs8 = key.ExportPkcs8PrivateKey();
        var agreement = ECDiffieHellman.Create();
        agreement.ImportPkcs8PrivateKey(pkcs8, out _);
        CryptographicOperations.ZeroMemory(pkcs8);
        return agreement;
    }

    private static byte[] Agree(ECDiffieHellman own, ECDiffieHellmanPublicKey other) =>
        own.DeriveKeyFromHash(other, HashAlgorithmName.SHA256, secretPrepend: null, secretAppend: [0, 0, 0, 1, .. SharedInformation()]);

    /// <summary>What RFC 5753, section 7.2, derives the key from besides the shared secret: the algorithm and its key's length in bits.</summary>
    private static byte[] SharedInformation()
    {
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            WriteAlgorithm(writer, Aes256Wrap);
            using (writer.PushSequence(Context2))
                writer.WriteOctetString([0, 0, 1, 0]);
        }

        return writer.Encode();
    }

    private static void WriteScheme(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Scheme);
            WriteAlgorithm(writer, Aes256Wrap);
        }
    }

    private static void WriteAlgorithm(AsnWriter writer, string algorithm)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(algorithm);
    }

    private static byte[] Point(ECPoint point) => [4, .. point.X!, .. point.Y!];

    private static ECPoint Point(byte[] encoded) => encoded.Length % 2 == 1 && encoded[0] == 4
        ? new ECPoint { X = encoded[1..((encoded.Length + 1) / 2)], Y = encoded[((encoded.Length + 1) / 2)..] }
        : throw new CryptographicException("the sender's key is not written in full");

    /// <summary>RFC 3394, 2.2.1. .NET has the padded form (RFC 5649) alone.</summary>
    private static byte[] Wrap(byte[] key, ReadOnlySpan<byte> plain)
    {
        using var aes = Aes.Create();
        aes.Key = key;
        Span<byte> block = stackalloc byte[2 * Block];
        var wrapped = new byte[Block + plain.Length];
        plain.CopyTo(wrapped.AsSpan(Block));
        BinaryPrimitives.WriteUInt64BigEndian(block, Initial);
        for (ulong step = 1; step <= 6 * (ulong)(plain.Length / Block); step++)
        {
            var part = Part(wrapped, step, plain.Length);
            part.CopyTo(block[Block..]);
            aes.EncryptEcb(block, block, PaddingMode.None);
            BinaryPrimitives.WriteUInt64BigEndian(block, BinaryPrimitives.ReadUInt64BigEndian(block) ^ step);
            block[Block..].CopyTo(part);
        }

        block[..Block].CopyTo(wrapped);
        return wrapped;
    }

    /// <summary>RFC 3394, 2.2.2.</summary>
    private static byte[] Unwrap(byte[] key, ReadOnlySpan<byte> wrapped)
    {
        if (wrapped.Length != KeyEnvelope.KeySize + Block)
            throw new CryptographicException("the wrapped key has another length");
        using var aes = Aes.Create();
        aes.Key = key;
        Span<byte> block = stackalloc byte[2 * Block];
        var bytes = wrapped.ToArray();
        bytes.AsSpan(0, Block).CopyTo(block);
        for (var step = 6 * (ulong)(KeyEnvelope.KeySize / Block); step > 0; step--)
        {
            var part = Part(bytes, step, KeyEnvelope.KeySize);
            BinaryPrimitives.WriteUInt64BigEndian(block, BinaryPrimitives.ReadUInt64BigEndian(block) ^ step);
            part.CopyTo(block[Block..]);
            aes.DecryptEcb(block, block, PaddingMode.None);
            block[Block..].CopyTo(part);
        }

        return BinaryPrimitives.ReadUInt64BigEndian(block) == Initial ? bytes[Block..] : throw new CryptographicException("the wrapped key was changed");
    }

    private static Span<byte> Part(byte[] bytes, ulong step, int length) => bytes.AsSpan(Block + ((int)((step - 1) % (ulong)(length / Block)) * Block), Block);
}
