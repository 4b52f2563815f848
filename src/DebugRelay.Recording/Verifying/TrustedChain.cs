using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Recording;

/// <summary>Whether a certificate led to a trust anchor. Recordings outlive certificates, so it is judged at a time; revocation is not looked at.</summary>
internal static class TrustedChain
{
    /// <param name="certificates">The certificate, then what may lie between it and the anchor.</param>
    /// <param name="purpose">The extended key usage that it must be allowed.</param>
    /// <param name="seconds">The time of the judgement, since 1970.</param>
    /// <param name="trustAnchors">Self-signed.</param>
    public static bool Exists(X509Certificate2Collection certificates, string purpose, long seconds, X509Certificate2Collection trustAnchors)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.CustomTrustStore.AddRange(trustAnchors);
        chain.ChainPolicy.ExtraStore.AddRange(certificates);
        chain.ChainPolicy.ApplicationPolicy.Add(new Oid(purpose));
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.DisableCertificateDownloads = true;
        chain.ChainPolicy.VerificationTime = DateTimeOffset.FromUnixTimeSeconds(seconds).UtcDateTime;
        var trusted = chain.Build(certificates[0]);
        foreach (var element in chain.ChainElements)
            element.Certificate.Dispose();
        return trusted;
    }
}
