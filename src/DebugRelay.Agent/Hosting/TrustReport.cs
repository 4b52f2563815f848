using System.Globalization;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Agent.Hosting;

/// <summary>What `check` says of files that can be used: when they end, and what in the policy does nothing.</summary>
internal static class TrustReport
{
    /// <summary>One line each; those that somebody should act on begin with "warning".</summary>
    public static IEnumerable<string> Of(HostConfiguration configuration, HostTrust trust, X509Certificate2 agent, DateTimeOffset now) =>
    [
        Ends("certificate", agent.NotBefore.ToUniversalTime(), agent.NotAfter.ToUniversalTime(), now),
        .. trust.Store.Anchors.Select(ca => Ends($"client authority {ca.Subject}", ca.NotBefore.ToUniversalTime(), ca.NotAfter.ToUniversalTime(), now)),
        .. trust.Store.RevocationLists.Lists.Select(list => OfList(list, now)),
        .. trust.Store.RevocationLists.Lists.Count == 0 ? ["warning: no revocation list: a revoked certificate is taken until it expires"] : (string[])[],
        .. OfDenyList(configuration, trust),
        .. PolicyReview.Review(trust.Policy).Select(finding => $"warning: policy: {finding.Path}: {finding.Problem}"),
    ];

    private static string OfList(CertificateRevocationList list, DateTimeOffset now)
    {
        string number = list.Number is { } n ? string.Create(CultureInfo.InvariantCulture, $"number {n}, ") : "";
        return Ends(
            string.Create(CultureInfo.InvariantCulture, $"revocation list of {list.Issuer.Name} ({number}{list.Count} revoked, {Days(now - list.ThisUpdate)} old)"), list.ThisUpdate, list.NextUpdate, now);
    }

    private static IEnumerable<string> OfDenyList(HostConfiguration configuration, HostTrust trust)
    {
        if (configuration.DenyList is not null && trust.Policy.DenySigners.Count == 0)
            yield return "warning: there is a place for a deny list, and the policy names no denySigners: none can be used";
        if (trust.Deny.Version > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"deny list: version {trust.Deny.Version}, {trust.Deny.Entries.Count} denied");
    }

    private static string Ends(string what, DateTimeOffset begin, DateTimeOffset end, DateTimeOffset now)
    {
        string until = string.Create(CultureInfo.InvariantCulture, $"until {end.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        return end <= now ? $"warning: {what} is past its time: {until}"
            : new Expiry(what, begin, end).IsSoon(now) ? $"warning: {what}: {until}, in {Days(end - now)}"
            : $"{what}: {until}";
    }

    private static string Days(TimeSpan time) => time.TotalHours < 48
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days");
}
