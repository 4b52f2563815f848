using System.Globalization;
using DebugRelay.Agent.Transport;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Agent.Hosting;

/// <summary>What `check` says of files that can be used: when they end, and what in the policy does nothing.</summary>
internal static class TrustReport
{
    /// <summary>One line each; those that somebody should act on begin with "warning".</summary>
    public static IEnumerable<string> Of(HostConfiguration configuration, HostTrust trust, LoadedIdentity agent, DateTimeOffset now) =>
    [
        .. ExpiryWatch.Of(configuration, agent, trust).Select(expiry => Ends(expiry, now)),
        .. trust.Store.RevocationLists.Lists.Select(list => OfList(list, now)),
        .. trust.Store.RevocationLists.Lists.Count == 0 ? ["warning: no revocation list: a revoked certificate is taken until it expires"] : (string[])[],
        .. OfDenyList(configuration, trust),
        .. PolicyReview.Review(trust.Policy).Select(finding => $"warning: policy: {finding.Path}: {finding.Problem}"),
    ];

    private static string OfList(CertificateRevocationList list, DateTimeOffset now)
    {
        string number = list.Number is { } n ? string.Create(CultureInfo.InvariantCulture, $"number {n}, ") : "";
        return string.Create(CultureInfo.InvariantCulture, $"revocation list of {list.Issuer.Name}: {number}{list.Count} revoked, {Days(now - list.ThisUpdate)} old");
    }

    private static IEnumerable<string> OfDenyList(HostConfiguration configuration, HostTrust trust)
    {
        if (configuration.DenyList is not null && trust.Policy.DenySigners.Count == 0)
            yield return "warning: there is a place for a deny list, and the policy names no denySigners: none can be used";
        if (trust.Deny.Version > 0)
            yield return string.Create(CultureInfo.InvariantCulture, $"deny list: version {trust.Deny.Version}, {trust.Deny.Entries.Count} denied");
    }

    private static string Ends(Expiry expiry, DateTimeOffset now)
    {
        string until = string.Create(CultureInfo.InvariantCulture, $"until {expiry.End.UtcDateTime:yyyy-MM-dd HH:mm} UTC");
        return expiry.End <= now ? $"warning: {expiry.What} is past its time: {until}"
            : expiry.IsSoon(now) ? $"warning: {expiry.What}: {until}, in {Days(expiry.End - now)}"
            : $"{expiry.What}: {until}";
    }

    private static string Days(TimeSpan time) => time.TotalHours < 48
        ? string.Create(CultureInfo.InvariantCulture, $"{time.TotalHours:0} h")
        : string.Create(CultureInfo.InvariantCulture, $"{time.TotalDays:0} days");
}
