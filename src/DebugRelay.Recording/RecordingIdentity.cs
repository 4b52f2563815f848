using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>The agent's certificate chain and key: they certify the key of each segment. The certificates stay the caller's.</summary>
public sealed class RecordingIdentity
{
    private readonly X509Certificate2 _certificate;

    /// <summary>Takes the agent's certificate with its ECDSA or RSA private key.</summary>
    /// <param name="certificate">The agent's certificate; it must hold its private key.</param>
    /// <param name="intermediates">The certificates between it and the trust anchor, nearest first; the anchor itself is not needed.</param>
    /// <exception cref="RecordingException">The certificate has no private key that can sign.</exception>
    public RecordingIdentity(X509Certificate2 certificate, IEnumerable<X509Certificate2>? intermediates = null)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        if (!certificate.HasPrivateKey)
            throw new RecordingException(RecordingError.IdentityUnusable, "The agent's certificate has no private key.");
        if (certificate.GetECDsaPublicKey() is null && certificate.GetRSAPublicKey() is null)
            throw new RecordingException(RecordingError.IdentityUnusable, "The agent's key is neither ECDSA nor RSA.");
        _certificate = certificate;
        ChainPem = RenderChain([certificate, .. intermediates ?? []]);
    }

    /// <summary>Reads PEM files, as the agent's configuration names them.</summary>
    /// <param name="certificateFile">The agent's certificate, then its intermediates.</param>
    /// <param name="keyFile">The private key, not encrypted.</param>
    /// <returns>The identity.</returns>
    /// <exception cref="RecordingException">A file cannot be read or holds no usable key.</exception>
    public static RecordingIdentity FromPemFiles(string certificateFile, string keyFile)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(certificateFile);
            return new RecordingIdentity(X509Certificate2.CreateFromPemFile(certificateFile, keyFile), chain.Skip(1));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            throw new RecordingException(RecordingError.IdentityUnusable, $"The agent's certificate or key cannot be used: {e.Message}", e);
        }
    }

    /// <summary>Whether the certificate names a host: verifiers take a recording of another host for a forgery.</summary>
    /// <param name="host">The host's name.</param>
    /// <returns>True if it is the common name, a DNS name, or a DNS name's first label.</returns>
    public bool Names(string host) => Names(_certificate, host);

    /// <summary>Whether an agent's certificate names a host: its common name, a DNS name, or a DNS name's first label. Case does not matter.</summary>
    public static bool Names(X509Certificate2 certificate, string host) => AgentCertificate.Names(certificate, host);

    /// <summary>The bytes of <c>agent.crt</c>.</summary>
    internal byte[] ChainPem { get; }

    /// <summary>A signature that <c>openssl dgst -sha256 -verify</c> accepts: ECDSA in DER, or RSA PKCS #1 v1.5.</summary>
    internal byte[] Sign(ReadOnlySpan<byte> statement)
    {
        using var ecdsa = _certificate.GetECDsaPrivateKey();
        if (ecdsa is not null)
            return ecdsa.SignData(statement, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        using var rsa = _certificate.GetRSAPrivateKey();
        return rsa?.SignData(statement, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            ?? throw new RecordingException(RecordingError.IdentityUnusable, "The agent's private key is gone.");
    }

    private static byte[] RenderChain(IEnumerable<X509Certificate2> chain)
    {
        var pem = new StringBuilder();
        foreach (var certificate in chain)
            pem.Append(certificate.ExportCertificatePem()).Append('\n');
        return Encoding.ASCII.GetBytes(pem.ToString());
    }
}
