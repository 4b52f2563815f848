using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Policy.Identity;

/// <summary>Signature algorithms of X.509, by object identifier; what is not listed does not verify.</summary>
internal static class Signatures
{
    private static readonly Dictionary<string, HashAlgorithmName> Ecdsa = new()
    {
        ["1.2.840.10045.4.3.2"] = HashAlgorithmName.SHA256,
        ["1.2.840.10045.4.3.3"] = HashAlgorithmName.SHA384,
        ["1.2.840.10045.4.3.4"] = HashAlgorithmName.SHA512,
    };

    private static readonly Dictionary<string, HashAlgorithmName> RsaPkcs1 = new()
    {
        ["1.2.840.113549.1.1.11"] = HashAlgorithmName.SHA256,
        ["1.2.840.113549.1.1.12"] = HashAlgorithmName.SHA384,
        ["1.2.840.113549.1.1.13"] = HashAlgorithmName.SHA512,
    };

    public static bool VerifyX509(X509Certificate2 signer, string algorithm, byte[] data, byte[] signature)
    {
        try
        {
            if (Ecdsa.TryGetValue(algorithm, out HashAlgorithmName hash))
            {
                using ECDsa? key = signer.GetECDsaPublicKey();
                return key?.VerifyData(data, signature, hash, DSASignatureFormat.Rfc3279DerSequence) ?? false;
            }
            if (RsaPkcs1.TryGetValue(algorithm, out hash))
            {
                using RSA? key = signer.GetRSAPublicKey();
                return key?.VerifyData(data, signature, hash, RSASignaturePadding.Pkcs1) ?? false;
            }
            return false;
        }
        catch (Exception error) when (error is CryptographicException or PlatformNotSupportedException)
        {
            return false;
        }
    }
}
