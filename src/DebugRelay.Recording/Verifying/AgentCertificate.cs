using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>The recording's <c>agent.crt</c>: the agent's certificate, then intermediates.</summary>
internal sealed class AgentCertificate : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private readonly X509Certificate2Collection _chain;

    private AgentCertificate(X509Certificate2Collection chain, string sha256)
    {
        _chain = chain;
        Sha256 = sha256;
    }

    /// <summary>The file's SHA-256, in hex.</summary>
    public string Sha256 { get; }

    private X509Certificate2 Leaf => _chain[0];

    /// <summary>Null if the file holds no certificate.</summary>
    public static AgentCertificate? Parse(byte[] pem)
    {
        var chain = new X509Certificate2Collection();
        try
        {
            chain.ImportFromPem(Encoding.Latin1.GetString(pem));
        }
        catch (CryptographicException)
        {
            return null;
        }

        return chain.Count == 0 ? null : new AgentCertificate(chain, Digest.Hex(pem));
    }

    public bool HasSigned(ReadOnlySpan<byte> statement, byte[] signature)
    {
        using var ecdsa = Leaf.GetECDsaPublicKey();
        if (ecdsa is not null)
            return ecdsa.VerifyData(statement, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        using var rsa = Leaf.GetRSAPublicKey();
        return rsa is not null && rsa.VerifyData(statement, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
    }

    /// <summary>
    /// Whether it is a server's certificate: a recording is the agent's. An engineer's certificate of the same CA must not be able to sign one,
    /// so the extended key usage is required, not only allowed.
    /// </summary>
    public bool IsForServer()
    {
        var usages = Leaf.Extensions.OfType<X509EnhancedKeyUsageExtension>().ToList();
        return usages.Any(usage => usage.EnhancedKeyUsages.Cast<Oid>().Any(oid => oid.Value == ServerAuthentication))
            && Leaf.Extensions.OfType<X509KeyUsageExtension>().All(usage => usage.KeyUsages.HasFlag(X509KeyUsageFlags.DigitalSignature));
    }

    public bool IsTrustedAt(long seconds, X509Certificate2Collection trustAnchors)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trustAnchors);
        chain.ChainPolicy.ExtraStore.AddRange(_chain);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(ServerAuthentication));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime;
        var trusted = chain.Build(Leaf);
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
        return trusted;
    }

    public void Dispose()
    {
        foreach (var certificate in _chain)
            certificate.Dispose();
    }
}
