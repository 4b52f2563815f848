using System.Globalization;
using System.Security.Cryptography.X509Certificates;

namespace DebugRelay.Cli.Connection;

/// <summary>
/// What is wrong with our own certificate, as far as it can be seen from here. An agent that rejects a certificate cannot say why:
/// in TLS 1.3 it just closes the connection.
/// </summary>
internal static class OwnCertificateDiagnosis
{
    private const string ClientAuthentication = "1.3.6.1.5.5.7.3.2";

    /// <returns>One line.</returns>
    public static string Explain(ClientCredentials credentials, DateTimeOffset now)
    {
        X509Certificate2 certificate = credentials.Certificate;
        if (now > certificate.NotAfter.ToUniversalTime())
            return $"it expired at {Time(certificate.NotAfter)}: have a new one issued";
        if (now < certificate.NotBefore.ToUniversalTime())
            return $"it is not valid before {Time(certificate.NotBefore)}: wait, or look at this machine's clock";
        if (!MayAuthenticateClients(certificate))
            return "it is no client's certificate (the extended key usage clientAuth is missing): give your own with --cert";
        if (!IsIssuedBy(credentials))
            return "it was not issued by --ca: give the certificate that this site's CA issued to you";
        return "nothing is wrong with it from here; it may be revoked, or the agent's clientCa is another than --ca";
    }

    private static bool MayAuthenticateClients(X509Certificate2 certificate)
    {
        X509EnhancedKeyUsageExtension? usages = certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().FirstOrDefault();
        return usages is null || usages.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>().Any(usage => usage.Value == ClientAuthentication);
    }

    private static bool IsIssuedBy(ClientCredentials credentials)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy = TrustIn(credentials.Authorities);
        chain.ChainPolicy.ExtraStore.AddRange(credentials.Intermediates);
        return chain.Build(credentials.Certificate);
    }

    /// <summary>A policy that trusts these anchors and nothing of the machine's, and asks nobody over the network.</summary>
    public static X509ChainPolicy TrustIn(X509Certificate2Collection authorities)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
            DisableCertificateDownloads = true,
        };
        policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    private static string Time(DateTime time) => time.ToUniversalTime().ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
}
