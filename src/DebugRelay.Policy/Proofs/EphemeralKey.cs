using System.Security.Cryptography;

namespace DebugRelay.Policy.Proofs;

/// <summary>
/// The public half of a session's own key on P-256, made by the client for one session: one for ECDSA signs its requests, another for ECDH is what
/// unscrubbed data are encrypted to.
/// </summary>
public sealed class EphemeralKey
{
    // The only form that a key on P-256 has in DER: named curve, uncompressed point. It is compared before any library sees the bytes, for
    // .NET answers an unknown curve with an exception of another kind than other faults.
    private const int Length = 91;
    private static readonly byte[] Head =
    [
        0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x02, 0x01,
        0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
    ];

    private EphemeralKey(byte[] subjectPublicKeyInfo) => SubjectPublicKeyInfo = subjectPublicKeyInfo;

    /// <summary>The key as SubjectPublicKeyInfo, DER.</summary>
    public ReadOnlyMemory<byte> SubjectPublicKeyInfo { get; }

    /// <summary>Makes the key pair of a new session; the caller disposes of it when the session ends.</summary>
    public static ECDsa NewPair() => ECDsa.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>Makes the pair that unscrubbed data are encrypted to; the caller disposes of it when the session ends.</summary>
    public static ECDiffieHellman NewEncryptionPair() => ECDiffieHellman.Create(ECCurve.NamedCurves.nistP256);

    /// <summary>The public half of a pair from <see cref="NewEncryptionPair"/>.</summary>
    public static EphemeralKey Of(ECDiffieHellman pair) =>
        TryImport(pair.ExportSubjectPublicKeyInfo()) ?? throw new ArgumentException("A session's key is on P-256.", nameof(pair));

    /// <summary>The public half of a pair.</summary>
    /// <exception cref="ArgumentException">The pair is not on P-256.</exception>
    public static EphemeralKey Of(ECDsa pair) => SignatureAlgorithm.IsEphemeral(pair)
        ? new EphemeralKey(pair.ExportSubjectPublicKeyInfo())
        : throw new ArgumentException("A session's key is on P-256.", nameof(pair));

    /// <summary>Reads the key from a SubjectPublicKeyInfo; null when it is anything but a key on P-256.</summary>
    public static EphemeralKey? TryImport(ReadOnlySpan<byte> subjectPublicKeyInfo)
    {
        if (subjectPublicKeyInfo.Length != Length || !subjectPublicKeyInfo.StartsWith(Head)) return null;
        try
        {
            // The import refuses a point that is not on the curve.
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(subjectPublicKeyInfo, out _);
            return new EphemeralKey(subjectPublicKeyInfo.ToArray());
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
