using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Configuration;

/// <summary>What a host's agent and broker judge by: trust anchors, revocation lists and the policy that <see cref="HostConfiguration"/> names.</summary>
/// <param name="Store">Anchors and revocation lists for clients' certificates.</param>
/// <param name="Policy">Who may do what.</param>
public sealed record HostTrust(TrustStore Store, PolicyDocument Policy)
{
    /// <summary>Loads all of it.</summary>
    /// <exception cref="ConfigurationException">A file cannot be used; the message names it.</exception>
    public static HostTrust Load(HostConfiguration configuration)
    {
        try
        {
            return new HostTrust(TrustStore.Load(configuration.ClientCa, configuration.Crl), PolicyDocument.Parse(File.ReadAllBytes(configuration.Policy)));
        }
        catch (DocumentException e)
        {
            throw new ConfigurationException($"{configuration.Policy}: {e.Message}");
        }
        catch (Exception e) when (e is TrustException or IOException or UnauthorizedAccessException)
        {
            throw new ConfigurationException(e.Message);
        }
    }

    /// <summary>Judges a client's certificate.</summary>
    /// <param name="certificate">The client's own.</param>
    /// <param name="sent">What it sent besides.</param>
    /// <param name="at">The time of the judgement.</param>
    public CertificateResult CheckClient(X509Certificate2 certificate, X509Certificate2Collection sent, DateTimeOffset at)
        => CertificateCheck.ForClient(certificate, [.. sent], Store, at);

    /// <summary>When a session ends at the latest: what was signed, what the certificate has left, what the roles allow, what any session may have.</summary>
    /// <param name="session">A verified session whose identity has a role.</param>
    /// <param name="now">The time.</param>
    /// <param name="most">The longest that any session may be.</param>
    public DateTimeOffset EndOf(VerifiedSession session, DateTimeOffset now, TimeSpan most)
    {
        TimeSpan role = PolicyEngine.LimitsOf(Policy, session.Identity)?.Session ?? TimeSpan.Zero;
        DateTimeOffset end = now + (role < most ? role : most);
        return end < session.NotAfter ? end : session.NotAfter;
    }

    /// <summary>Decides on an operation of a session. Agent and broker both ask this, each by itself.</summary>
    /// <param name="session">The verified session.</param>
    /// <param name="operation">One of <see cref="Operations"/>.</param>
    /// <param name="target">The host, and the process where the operation has one.</param>
    /// <param name="now">The time.</param>
    public Decision Decide(VerifiedSession session, string operation, AccessTarget target, DateTimeOffset now)
        => PolicyEngine.Decide(Policy, session.Identity, new AccessRequest { Operation = operation, Target = target, Reason = session.Statement.Reason }, now);
}
