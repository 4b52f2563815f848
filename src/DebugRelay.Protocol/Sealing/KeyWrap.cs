using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Protocol.Sealing;

/// <summary>A stream's secret, wrapped for one recipient: ephemeral ECDH, HKDF-SHA-256, AES-256-GCM; or RSA-OAEP where his certificate's key is RSA.</summary>
internal static class KeyWrap
{
    public const int SecretSize = 32;
    private const int TagSize = 16;

    /// <summary>For a key on a named curve, as SubjectPublicKeyInfo.</summary>
    /// <exception cref="SealException">It is no such key.</exception>
    public static SealedRecipient For(ReadOnlySpan<byte> subjectPublicKeyInfo, ReadOnlySpan<byte> secret)
    {
        try
        {
            using var recipient = ECDiffieHellman.Create();
            recipient.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return For(recipient, secret);
        }
        catch (Exception e) when (IsBadKey(e))
        {
            throw new SealException("the session's encryption key cannot be used");
        }
    }

    /// <summary>For a certificate's key, elliptic or RSA.</summary>
    /// <exception cref="SealException">It is of another kind.</exception>
    public static SealedRecipient For(X509Certificate2 certificate, ReadOnlySpan<byte> secret)
    {
        using ECDsa? elliptic = certificate.GetECDsaPublicKey();
        if (elliptic is not null)
            return For(elliptic.ExportSubjectPublicKeyInfo(), secret);
        using RSA? rsa = certificate.GetRSAPublicKey();
        return rsa is null
            ? throw new SealException("a reviewer's certificate has a key that cannot be encrypted to")
            : new SealedRecipient(Fingerprint(rsa.ExportSubjectPublicKeyInfo()), null, rsa.Encrypt(secret, RSAEncryptionPadding.OaepSHA256));
    }

    /// <summary>Unwraps with an elliptic key.</summary>
    /// <exception cref="SealException">It was wrapped for another, or changed.</exception>
    public static byte[] Open(SealedHeader header, ECDiffieHellman key)
    {
        SealedRecipient mine = Mine(header, key.ExportSubjectPublicKeyInfo());
        if (mine.EphemeralKey is null || mine.Key.Length != SecretSize + TagSize)
            throw new SealException("the stream's key is wrapped in another way than for this key");
        try
        {
            using var sealer = ECDiffieHellman.Create();
            sealer.ImportSubjectPublicKeyInfo(mine.EphemeralKey, out _);
            using var aes = new AesGcm(Agree(key, sealer.PublicKey, mine.EphemeralKey, key.ExportSubjectPublicKeyInfo()), TagSize);
            byte[] secret = new byte[SecretSize];
            aes.Decrypt(new byte[12], mine.Key.AsSpan(0, SecretSize), mine.Key.AsSpan(SecretSize), secret);
            return secret;
        }
        catch (Exception e) when (IsBadKey(e))
        {
            throw new SealException("the stream's key does not open: its head was changed");
        }
    }

    /// <summary>Unwraps with an RSA key.</summary>
    /// <exception cref="SealException">It was wrapped for another, or changed.</exception>
    public static byte[] Open(SealedHeader header, RSA key)
    {
        try
        {
            return key.Decrypt(Mine(header, key.ExportSubjectPublicKeyInfo()).Key, RSAEncryptionPadding.OaepSHA256);
        }
        catch (CryptographicException)
        {
            throw new SealException("the stream's key does not open: its head was changed");
        }
    }

    /// <summary>.NET answers an unknown curve, and two keys on different ones, with exceptions of another kind than other faults.</summary>
    private static bool IsBadKey(Exception e) => e is CryptographicException or PlatformNotSupportedException or ArgumentException;

    private static SealedRecipient For(ECDiffieHellman recipient, ReadOnlySpan<byte> secret)
    {
        // A pair for this recipient and this stream alone: the key below is used once, so its nonce may be zero.
        using var pair = ECDiffieHellman.Create(recipient.ExportParameters(includePrivateParameters: false).Curve);
        byte[] own = pair.ExportSubjectPublicKeyInfo(), his = recipient.ExportSubjectPublicKeyInfo();
        using var aes = new AesGcm(Agree(pair, recipient.PublicKey, own, his), TagSize);
        byte[] wrapped = new byte[SecretSize + TagSize];
        aes.Encrypt(new byte[12], secret, wrapped.AsSpan(0, SecretSize), wrapped.AsSpan(SecretSize));
        return new SealedRecipient(Fingerprint(his), own, wrapped);
    }

    private static byte[] Agree(ECDiffieHellman own, ECDiffieHellmanPublicKey other, byte[] sealer, byte[] recipient)
    {
        byte[] shared = own.DeriveRawSecretAgreement(other);
        try
        {
            return HKDF.DeriveKey(HashAlgorithmName.SHA256, shared, SecretSize, SHA256.HashData([.. sealer, .. recipient]), "debugrelay sealed stream v1 key"u8.ToArray());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(shared);
        }
    }

    private static SealedRecipient Mine(SealedHeader header, byte[] subjectPublicKeyInfo)
    {
        string fingerprint = Fingerprint(subjectPublicKeyInfo);
        return Array.Find(header.Recipients, recipient => recipient.Sha256 == fingerprint) ?? throw new SealException("the stream was not sealed for this key");
    }

    private static string Fingerprint(byte[] subjectPublicKeyInfo) => Convert.ToHexStringLower(SHA256.HashData(subjectPublicKeyInfo));
}
