using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Configuration;
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

    private byte[][] Reviewers()
    {
        IReadOnlyList<X509Certificate2> reviewers = ReviewerCertificates.Load(configuration, trust.Current, trust.Now, Warn);
        byte[][] found = [.. reviewers.Select(reviewer => reviewer.RawData)];
        foreach (X509Certificate2 reviewer in reviewers)
            reviewer.Dispose();
        return found.Length is > 0 and <= Limits.Reviewers
            ? found
            : throw new ProtocolException(ErrorCode.Denied, "the policy wants reviewers to be able to read unscrubbed data, and the host has no certificate of one that holds (reviewerCertificates)");
    }

    private static void Warn(string problem) => BrokerLog.Error(problem);
}
