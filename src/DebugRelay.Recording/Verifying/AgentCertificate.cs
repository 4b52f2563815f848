using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>The recording's <c>agent.crt</c>: the agent's certificate, then intermediates.</summary>
internal sealed class AgentCertificate : IDisposable
{
    private const string ServerAuthentication = "1.3.6.1.5.5.7.3.1";

    private const string CommonName = "2.5.4.3";

    private readonly X509Certificate2Collection _chain;
    private readonly ECDsa? _ecdsa;
    private readonly RSA? _rsa;

    private AgentCertificate(X509Certificate2Collection chain, string sha256)
    {
        _chain = chain;
        _ecdsa = Leaf.GetECDsaPublicKey();
        _rsa = Leaf.GetRSAPublicKey();
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
        if (_ecdsa is not null)
            return _ecdsa.VerifyData(statement, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        return _rsa is not null && _rsa.VerifyData(statement, signature, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
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

    public bool Names(string host) => Names(Leaf, host);

    /// <summary>Whether a host is among a certificate's names: its common name, a DNS name, or a DNS name's first label. Case does not matter.</summary>
    public static bool Names(X509Certificate2 certificate, string host)
    {
        var dnsNames = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(extension => extension.EnumerateDnsNames()).ToList();
        return CommonNames(certificate).Concat(dnsNames).Concat(dnsNames.Select(name => name.Split('.')[0]))
            .Any(name => name.Equals(host, StringComparison.OrdinalIgnoreCase));
    }

    public bool IsTrustedAt(long seconds, X509Certificate2Collection trustAnchors) =>
        TrustedChain.Exists(_chain, ServerAuthentication, seconds, trustAnchors);

    public void Dispose()
    {
        _ecdsa?.Dispose();
        _rsa?.Dispose();
        foreach (var certificate in _chain)
            certificate.Dispose();
    }

    private static IEnumerable<string> CommonNames(X509Certificate2 certificate) =>
        from part in certificate.SubjectName.EnumerateRelativeDistinguishedNames()
        where !part.HasMultipleElements && part.GetSingleElementType().Value == CommonName
        select part.GetSingleElementValue() ?? "";
}
