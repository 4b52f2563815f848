using System.Runtime.Versioning;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Cli.Failures;

namespace DebugRelay.Cli.Connection;

/// <summary>
/// A key that does not leave its token: named by a PKCS#11 URI (RFC 7512) and used through OpenSSL, by its provider or its engine of the name <c>pkcs11</c>.
/// Which of the machine's tokens these see is OpenSSL's and p11-kit's configuration.
/// </summary>
internal static class TokenKey
{
    private const string Scheme = "pkcs11:";
    private const string Library = "pkcs11";

    /// <summary>Whether a key is named by a URI rather than by a file.</summary>
    public static bool IsUri(string key) => key.StartsWith(Scheme, StringComparison.Ordinal);

    /// <summary>Gives a certificate its key.</summary>
    /// <param name="certificate">Without a key; the caller's.</param>
    /// <param name="uri">Such as <c>pkcs11:token=alice;object=debugrelay;type=private</c>.</param>
    /// <param name="ask">Asks for the token's PIN, where the URI does not say where it is.</param>
    /// <exception cref="UsageException">The key cannot be used, or is another certificate's.</exception>
    public static X509Certificate2 Join(X509Certificate2 certificate, string uri, AskPassphrase? ask)
    {
        if (!OperatingSystem.IsLinux())
            throw new UsageException("keys of tokens are used through OpenSSL on Linux alone", "give the key as a file");
        try
        {
            using SafeEvpPKeyHandle key = Open(WithPin(uri, ask));
            return Join(certificate, key);
        }
        catch (Exception error) when (error is CryptographicException or ArgumentException or PlatformNotSupportedException)
        {
            throw new UsageException(
                $"the key {uri} cannot be used: {error.Message}",
                "is the token there, the PIN right, the key the certificate's own, and OpenSSL's pkcs11 provider or engine installed (Debian: libengine-pkcs11-openssl or pkcs11-provider)?", error);
        }
    }

    [SupportedOSPlatform("linux")]
    private static X509Certificate2 Join(X509Certificate2 certificate, SafeEvpPKeyHandle key)
    {
        if (certificate.PublicKey.Oid.Value == "1.2.840.10045.2.1")
        {
            using var ecdsa = new ECDsaOpenSsl(key);
            return certificate.CopyWithPrivateKey(ecdsa);
        }
        using var rsa = new RSAOpenSsl(key);
        return certificate.CopyWithPrivateKey(rsa);
    }

    /// <summary>The provider is what OpenSSL 3 wants; the engine is what older distributions have.</summary>
    [SupportedOSPlatform("linux")]
    private static SafeEvpPKeyHandle Open(string uri)
    {
        try
        {
            return SafeEvpPKeyHandle.OpenKeyFromProvider(Library, uri);
        }
        catch (CryptographicException)
        {
            return SafeEvpPKeyHandle.OpenPrivateKeyFromEngine(Library, uri);
        }
    }

    private static string WithPin(string uri, AskPassphrase? ask)
    {
        if (uri.Contains("pin-value=", StringComparison.Ordinal) || uri.Contains("pin-source=", StringComparison.Ordinal))
            return uri;
        string pin = ask?.Invoke(uri) ?? throw new UsageException($"{uri} cannot be used without its PIN, and there is no terminal to ask for it", "run the command on a terminal, or name a file with ?pin-source=file:PATH");
        return $"{uri}{(uri.Contains('?', StringComparison.Ordinal) ? '&' : '?')}pin-value={Uri.EscapeDataString(pin)}";
    }
}
