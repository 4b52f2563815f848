using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Broker.Gate;

/// <summary>For whom unscrubbed data are encrypted: the engineer's session, and reviewers where the policy lets them read what was had.</summary>
internal sealed class Sealing(HostConfiguration configuration, LiveTrust trust)
{
    /// <summary>What the worker is told.</summary>
    /// <exception cref="ProtocolException">The session has no key to encrypt to, or the policy wants reviewers and none can be encrypted to.</exception>
    public SealOrder OrderFor(VerifiedSession session, ulong number)
    {
        if (session.Statement.EncryptionKey is not { } key)
            throw new ProtocolException(ErrorCode.BadRequest, "the session was opened without a key to encrypt unscrubbed data to");
        return new SealOrder(configuration.Host, session.Statement.Session, number, key.SubjectPublicKeyInfo.ToArray(), trust.Current.Policy.ReviewersReadUnscrubbed ? Reviewers() : []);
    }

    /// <summary>Read anew each time: a reviewer who left is not encrypted to, and unscrubbed data are rare.</summary>
    private byte[][] Reviewers()
    {
        var found = new List<byte[]>();
        foreach (string path in configuration.ReviewerCertificates)
        {
            X509Certificate2Collection certificates = Load(path);
            if (certificates.Count > 0 && IsReviewer(certificates))
                found.Add(certificates[0].RawData);
            foreach (X509Certificate2 certificate in certificates)
                certificate.Dispose();
        }
        return found.Count is > 0 and <= Limits.Reviewers
            ? [.. found]
            : throw new ProtocolException(ErrorCode.Denied, "the policy wants reviewers to be able to read unscrubbed data, and the host has no certificate of one that holds (reviewerCertificates)");
    }

    private static X509Certificate2Collection Load(string path)
    {
        var certificates = new X509Certificate2Collection();
        try
        {
            certificates.ImportFromPemFile(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            Console.Error.WriteLine($"debugrelay-broker: {path}: {e.Message}");
        }
        return certificates;
    }

    private bool IsReviewer(X509Certificate2Collection certificates)
    {
        CertificateResult result = trust.Current.CheckClient(certificates[0], certificates, trust.Now);
        return result.IsValid && trust.Current.Policy.IsReviewer(result.Identity);
    }
}
