using System.Security.Cryptography;

namespace DebugRelay.Policy.Proofs;

/// <summary>The public half of a session's own key: ECDSA on P-256, made by the client for one session.</summary>
public sealed class EphemeralKey
{
    private EphemeralKey(byte[] subjectPublicKeyInfo) => SubjectPublicKeyInfo = subjectPublicKeyInfo;

    /// <summary>The key as SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>Makes the key pair of a new session; the caller disposes of it when the session ends.</summary>
    public static ECDsa NewPair() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public half of a pair.</summary>
    /// <exception cref="ArgumentException">The pair is not on P-256.</exception>
    public static EphemeralKey Of(ECDsa pair) => SignatureAlgorithm.IsEphemeral(pair)
        ? new EphemeralKey(pair.ExportSubjectPublicKeyInfo())
        : throw new ArgumentException("A session's key is on P-256.", nameof(pair));

    /// <summary>Reads the key from a SubjectPublicKeyInfo; null when it is anything but a key on P-256.</summary>
    public static EphemeralKey? TryImport(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out int read);
            bool whole = read == subjectPublicKeyInfo.Length;
            return whole && SignatureAlgorithm.IsEphemeral(key) ? new EphemeralKey(subjectPublicKeyInfo.ToArray()) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    internal bool Verify(ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(SubjectPublicKeyInfo.Span, out _);
            return key.VerifyData(data, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }
}
