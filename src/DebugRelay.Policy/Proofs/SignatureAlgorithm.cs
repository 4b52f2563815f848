using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Policy.Proofs;

/// <summary>
/// The signatures of session statements, by the names that JOSE uses. ECDSA signatures are DER, so that <c>openssl dgst -verify</c> takes them.
/// The statement itself names the algorithm, and it must be the one of the certificate's key: there is nothing to choose for a forger.
/// </summary>
internal static class SignatureAlgorithm
{
    public const string EcdsaP256 = "ES256";
    public const string EcdsaP384 = "ES384";
    public const string RsaPss = "PS256";

    private const string P256 = "1.2.840.10045.3.1.7";
    private const string P384 = "1.3.132.0.34";

    /// <summary>The algorithm of the certificate's key, or null when none of ours fits.</summary>
    public static string? Of(X509Certificate2 certificate)
    {
        try
        {
            using ECDsa? ecdsa = certificate.GetECDsaPublicKey();
            if (ecdsa is not null) return CurveOf(ecdsa) switch { P256 => EcdsaP256, P384 => EcdsaP384, _ => null };
            using RSA? rsa = certificate.GetRSAPublicKey();
            return rsa is null ? null : RsaPss;
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException)
        {
            // A key that cannot be read, or on a curve that this platform does not know.
            return null;
        }
    }

    public static byte[] Sign(X509Certificate2 certificate, string algorithm, ReadOnlySpan<byte> data)
    {
        using ECDsa? ecdsa = certificate.GetECDsaPrivateKey();
        if (ecdsa is not null) return ecdsa.SignData(data, HashOf(algorithm), DSASignatureFormat.Rfc3279DerSequence);
        using RSA? rsa = certificate.GetRSAPrivateKey();
        return rsa?.SignData(data, HashOf(algorithm), RSASignaturePadding.Pss)
            ?? throw new ArgumentException("The certificate comes without its private key.", nameof(certificate));
    }

    public static bool Verify(X509Certificate2 certificate, string algorithm, ReadOnlySpan<byte> data, ReadOnlySpan<byte> signature)
    {
        try
        {
            using ECDsa? ecdsa = certificate.GetECDsaPublicKey();
            if (ecdsa is not null) return ecdsa.VerifyData(data, signature, HashOf(algorithm), DSASignatureFormat.Rfc3279DerSequence);
            using RSA? rsa = certificate.GetRSAPublicKey();
            return rsa?.VerifyData(data, signature, HashOf(algorithm), RSASignaturePadding.Pss) ?? false;
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }

    /// <summary>The ephemeral key is on P-256, whatever the certificate's is.</summary>
    public static bool IsEphemeral(ECDsa key) => CurveOf(key) == P256;

    private static HashAlgorithmName HashOf(string algorithm) => algorithm == EcdsaP384 ? HashAlgorithmName.SHA384 : HashAlgorithmName.SHA256;

    // A curve given by its parameters instead of its name is none of ours.
    private static string? CurveOf(ECDsa key)
    {
        ECCurve curve = key.ExportParameters(includePrivateParameters: false).Curve;
        return curve.IsNamed ? curve.Oid.Value : null;
    }
}
