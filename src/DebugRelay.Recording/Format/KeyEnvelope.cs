using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>
/// A stream's key, encrypted to reviewers' certificates: CMS EnvelopedData (RFC 5652) in DER, so that <c>openssl cms -decrypt</c> opens it as well. .NET's
/// own EnvelopedCms encrypts to RSA keys alone; elliptic ones (RFC 5753) are what this project's certificates have.
/// </summary>
internal static class KeyEnvelope
{
    public const int KeySize = 32;

    private const string EnvelopedData = "1.2.840.113549.1.7.3";
    private const string Data = "1.2.840.113549.1.7.1";
    private const string Aes256Cbc = "2.16.840.1.101.3.4.1.42";
    private const string RsaOaep = "1.2.840.113549.1.1.7";
    private const string MaskGeneration = "1.2.840.113549.1.1.8";
    private const string Sha256 = "2.16.840.1.101.3.4.2.1";

    private static readonly Asn1Tag Context0 = new(TagClass.ContextSpecific, 0, isConstructed: true);
    private static readonly Asn1Tag Context1 = new(TagClass.ContextSpecific, 1, isConstructed: true);

    /// <summary>Encrypts a key.</summary>
    /// <param name="key">The key, <see cref="KeySize"/> bytes.</param>
    /// <param name="recipients">At least one certificate, elliptic or RSA.</param>
    /// <returns>The envelope, DER.</returns>
    /// <exception cref="CryptographicException">A certificate's key cannot be encrypted to.</exception>
    public static byte[] Seal(ReadOnlySpan<byte> key, IReadOnlyCollection<X509Certificate2> recipients)
    {
        ArgumentOutOfRangeException.ThrowIfZero(recipients.Count);
        var inner = RandomNumberGenerator.GetBytes(KeySize);
        var writer = new AsnWriter(AsnEncodingRules.DER);
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(EnvelopedData);
            using (writer.PushSequence(Context0))
            using (writer.PushSequence())
            {
                writer.WriteInteger(recipients.Any(IsElliptic) ? 2 : 0);
                using (writer.PushSetOf())
                {
                    foreach (var recipient in recipients)
                        WriteRecipient(writer, recipient, inner);
                }

                WriteContent(writer, key, inner);
            }
        }

        CryptographicOperations.ZeroMemory(inner);
        return writer.Encode();
    }

    /// <summary>Decrypts the key.</summary>
    /// <param name="envelope">DER, as <see cref="Seal"/> writes it.</param>
    /// <param name="recipient">A reviewer's certificate with its private key.</param>
    /// <returns>The key.</returns>
    /// <exception cref="CryptographicException">It is encrypted to others, was changed, or is no such envelope.</exception>
    public static byte[] Open(ReadOnlyMemory<byte> envelope, X509Certificate2 recipient)
    {
        try
        {
            var outer = new AsnReader(envelope, AsnEncodingRules.DER).ReadSequence();
            if (outer.ReadObjectIdentifier() != EnvelopedData)
                throw new CryptographicException("this is no CMS envelope");
            var data = outer.ReadSequence(Context0).ReadSequence();
            _ = data.ReadInteger();
            var recipients = data.ReadSetOf();
            while (recipients.HasData)
            {
                if (TryOpen(recipients.ReadEncodedValue(), recipient) is { } inner)
                    return ReadContent(data.ReadSequence(), inner);
            }

            throw new CryptographicException("the key is not encrypted to this certificate");
        }
        catch (AsnContentException e)
        {
            throw new CryptographicException("the envelope cannot be read", e);
        }
    }

    private static bool IsElliptic(X509Certificate2 certificate)
    {
        using var key = certificate.GetECDsaPublicKey();
        return key is not null;
    }

    private static void WriteRecipient(AsnWriter writer, X509Certificate2 recipient, byte[] inner)
    {
        if (IsElliptic(recipient))
        {
            KeyAgreement.Write(writer, recipient, inner);
            return;
        }

        using var rsa = recipient.GetRSAPublicKey() ?? throw new CryptographicException($"the key of {recipient.Subject} is neither elliptic nor RSA");
        using (writer.PushSequence())
        {
            writer.WriteInteger(0);
            WriteIdentifier(writer, recipient);
            WriteOaep(writer);
            writer.WriteOctetString(rsa.Encrypt(inner, RSAEncryptionPadding.OaepSHA256));
        }
    }

    /// <summary>Issuer and serial number, by which a recipient knows his part.</summary>
    internal static void WriteIdentifier(AsnWriter writer, X509Certificate2 recipient)
    {
        using (writer.PushSequence())
        {
            writer.WriteEncodedValue(recipient.IssuerName.RawData);
            writer.WriteInteger(recipient.SerialNumberBytes.Span);
        }
    }

    internal static bool Identifies(AsnReader identifier, X509Certificate2 recipient) =>
        identifier.ReadEncodedValue().Span.SequenceEqual(recipient.IssuerName.RawData) && identifier.ReadIntegerBytes().Span.SequenceEqual(recipient.SerialNumberBytes.Span);

    private static void WriteOaep(AsnWriter writer)
    {
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(RsaOaep);
            using (writer.PushSequence())
            {
                using (writer.PushSequence(Context0))
                    WriteAlgorithm(writer, Sha256);
                using (writer.PushSequence(Context1))
                using (writer.PushSequence())
                {
                    writer.WriteObjectIdentifier(MaskGeneration);
                    WriteAlgorithm(writer, Sha256);
                }
            }
        }
    }

    private static void WriteAlgorithm(AsnWriter writer, string algorithm)
    {
        using (writer.PushSequence())
            writer.WriteObjectIdentifier(algorithm);
    }

    private static void WriteContent(AsnWriter writer, ReadOnlySpan<byte> key, byte[] inner)
    {
        using var aes = Aes.Create();
        aes.Key = inner;
        using (writer.PushSequence())
        {
            writer.WriteObjectIdentifier(Data);
            using (writer.PushSequence())
            {
                writer.WriteObjectIdentifier(Aes256Cbc);
                writer.WriteOctetString(aes.IV);
            }

            writer.WriteOctetString(aes.EncryptCbc(key, aes.IV), new Asn1Tag(TagClass.ContextSpecific, 0));
        }
    }

    private static byte[] ReadContent(AsnReader content, byte[] inner)
    {
        using var aes = Aes.Create();
        aes.Key = inner;
        CryptographicOperations.ZeroMemory(inner);
        _ = content.ReadObjectIdentifier();
        var algorithm = content.ReadSequence();
        if (algorithm.ReadObjectIdentifier() != Aes256Cbc)
            throw new CryptographicException("the key is encrypted by an algorithm that is not expected here");
        var key = aes.DecryptCbc(content.ReadOctetString(new Asn1Tag(TagClass.ContextSpecific, 0)), algorithm.ReadOctetString());
        return key.Length == KeySize ? key : throw new CryptographicException("the envelope holds no key of 32 bytes");
    }

    /// <summary>The inner key, or null where this part is another's.</summary>
    private static byte[]? TryOpen(ReadOnlyMemory<byte> part, X509Certificate2 recipient)
    {
        var reader = new AsnReader(part, AsnEncodingRules.DER);
        if (reader.PeekTag().HasSameClassAndValue(Context1))
            return KeyAgreement.TryRead(reader.ReadSequence(Context1), recipient);
        var transport = reader.ReadSequence();
        _ = transport.ReadInteger();
        if (!Identifies(transport.ReadSequence(), recipient))
            return null;
        _ = transport.ReadEncodedValue();
        using var rsa = recipient.GetRSAPrivateKey() ?? throw new CryptographicException("the key that goes with the certificate is needed");
        return rsa.Decrypt(transport.ReadOctetString(), RSAEncryptionPadding.OaepSHA256);
    }
}
