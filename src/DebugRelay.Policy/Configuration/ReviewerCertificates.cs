using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;

namespace DebugRelay.Policy.Configuration;

/// <summary>The certificates of the reviewers to whom a host encrypts.</summary>
public static class ReviewerCertificates
{
    /// <summary>
    /// Reads them anew each time: a reviewer who left is not encrypted to. One counts when its chain holds now and the policy has its holder as a reviewer.
    /// </summary>
    /// <param name="configuration">Names the files.</param>
    /// <param name="trust">What to judge by.</param>
    /// <param name="now">The time.</param>
    /// <param name="warn">Is told of files that cannot be read.</param>
    /// <returns>Those that count; dispose them.</returns>
    public static IReadOnlyList<X509Certificate2> Load(HostConfiguration configuration, HostTrust trust, DateTimeOffset now, Action<string> warn)
    {
        var found = new List<X509Certificate2>();
        foreach (string path in configuration.ReviewerCertificates)
        {
            X509Certificate2Collection certificates = Read(path, warn);
            bool counts = certificates.Count > 0 && IsReviewer(certificates, trust, now);
            if (counts) found.Add(certificates[0]);
            foreach (X509Certificate2 certificate in certificates.Skip(counts ? 1 : 0)) certificate.Dispose();
        }
        return found;
    }

    private static X509Certificate2Collection Read(string path, Action<string> warn)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            warn($"{path}: {e.Message}");
        }
        return certificates;
    }

    private static bool IsReviewer(X509Certificate2Collection certificates, HostTrust trust, DateTimeOffset now)
    {
        CertificateResult result = trust.CheckClient(certificates[0], certificates, now);
        return result.IsValid && trust.Policy.IsReviewer(result.Identity);
    }
}
