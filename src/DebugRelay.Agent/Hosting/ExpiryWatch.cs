using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Agent.Hosting;

/// <summary>
/// Knows what ends: the agent's certificate and its intermediates, those of authorities and of the reviewers to whom the host encrypts, revocation lists. Warns
/// in the log when it is soon, at the start, every day and when files have changed.
/// </summary>
internal sealed partial class ExpiryWatch(HostConfiguration configuration, AgentIdentity identity, LiveTrust trust, TimeProvider time, ILogger<ExpiryWatch> logger) : BackgroundService
{
    /// <summary>What the agent's own certificate is called.</summary>
    public const string AgentCertificate = "agent certificate";

    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>All that ends, as it is now.</summary>
    public IReadOnlyList<Expiry> All => Of(configuration, identity.Current, trust.Current);

    /// <param name="configuration">Names the reviewers' certificates.</param>
    /// <param name="agent">The agent's certificate.</param>
    /// <param name="trust">What the host trusts.</param>
    public static IReadOnlyList<Expiry> Of(HostConfiguration configuration, LoadedIdentity agent, HostTrust trust) =>
    [
        Certificate(AgentCertificate, agent.Certificate),
        .. agent.Tls.IntermediateCertificates.Select(each => Certificate($"intermediate {each.Subject}", each)),
        .. trust.Store.Anchors.Select(ca => Certificate($"client authority {ca.Subject}", ca)),
        .. configuration.ReviewerCertificates.SelectMany(Reviewer),
        .. trust.Store.RevocationLists.Lists.Select(list => new Expiry($"revocation list of {list.Issuer.Name}", list.ThisUpdate, list.NextUpdate)),
    ];

    private static Expiry Certificate(string what, X509Certificate2 certificate) => new(what, certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());

    /// <summary>Called by its file: the name in it is the reviewer's. One that cannot be read is told where it is used.</summary>
    private static IEnumerable<Expiry> Reviewer(string path)
    {
        try
        {
            using X509Certificate2 certificate = X509Certificate2.CreateFromPem(File.ReadAllText(path));
            return [Certificate($"reviewer's certificate {Path.GetFileName(path)}", certificate)];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return [];
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield();
        trust.Changed += Warn;
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            do
                Warn();
            while (await timer.WaitForNextTickAsync(stoppingToken));
        }
        catch (OperationCanceledException)
        {
            // The agent stops.
        }
        trust.Changed -= Warn;
    }

    private void Warn()
    {
        foreach (Expiry expiry in All.Where(e => e.IsSoon(trust.Now)))
            Log.EndsSoon(logger, expiry.What, expiry.End);
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Warning, "{What} ends at {End:u}: renew it")]
        public static partial void EndsSoon(ILogger logger, string what, DateTimeOffset end);
    }
}
