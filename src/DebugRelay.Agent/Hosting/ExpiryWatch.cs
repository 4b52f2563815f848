using System.Security.Cryptography.X509Certificates;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;

namespace DebugRelay.Agent.Hosting;

/// <summary>Knows what ends: the agent's certificate, those of authorities, revocation lists. Warns in the log when it is soon, at the start, every day and when files have changed.</summary>
internal sealed partial class ExpiryWatch(AgentIdentity identity, LiveTrust trust, TimeProvider time, ILogger<ExpiryWatch> logger) : BackgroundService
{
    /// <summary>What the agent's own certificate is called.</summary>
    public const string AgentCertificate = "agent certificate";

    private static readonly TimeSpan Interval = TimeSpan.FromDays(1);

    /// <summary>All that ends, as it is now.</summary>
    public IReadOnlyList<Expiry> All => Of(identity.Current.Certificate, trust.Current);

    /// <param name="agent">The agent's certificate.</param>
    /// <param name="trust">What the host trusts.</param>
    public static IReadOnlyList<Expiry> Of(X509Certificate2 agent, HostTrust trust) =>
    [
        new(AgentCertificate, agent.NotBefore.ToUniversalTime(), agent.NotAfter.ToUniversalTime()),
        .. trust.Store.Anchors.Select(ca => new Expiry($"client authority {ca.Subject}", ca.NotBefore.ToUniversalTime(), ca.NotAfter.ToUniversalTime())),
        .. trust.Store.RevocationLists.Lists.Select(list => new Expiry($"revocation list of {list.Issuer.Name}", list.ThisUpdate, list.NextUpdate)),
    ];

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
