using System.Collections.Concurrent;

namespace DebugRelay.Fleet;

/// <summary>What a reading of all ledgers gave.</summary>
/// <param name="Hosts">All hosts, for the next reading.</param>
/// <param name="Findings">What is wrong, in order of hosts.</param>
/// <param name="Notes">What cannot be judged.</param>
public sealed record LedgerReading(Dictionary<string, WatchedHost> Hosts, IReadOnlyList<FleetFinding> Findings, IReadOnlyList<string> Notes);

/// <summary>Reads the ledgers of all hosts from the bus, as far as they were not read before, and holds them against themselves, each other and what their hosts say.</summary>
public static class LedgerMonitor
{
    /// <summary>Reads on to the end of the stream.</summary>
    /// <param name="bus">The bus.</param>
    /// <param name="before">What the last reading gave; empty for the first.</param>
    /// <param name="lag">How late a word may be that must follow another.</param>
    /// <param name="now">The time.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="FleetException">The bus does not answer, or does not let us.</exception>
    public static async Task<LedgerReading> ReadAsync(FleetBus bus, IReadOnlyDictionary<string, WatchedHost> before, TimeSpan lag, DateTimeOffset now, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bus);
        ArgumentNullException.ThrowIfNull(before);
        // Records first: what they say was sent has been sent when the stream is read.
        Dictionary<string, SeenHost> seen = (await PresenceReader.ReadAsync(bus, cancellation).ConfigureAwait(false)).ToDictionary(host => host.Host, StringComparer.Ordinal);
        IReadOnlyList<string> subjects = await bus.SubjectsAsync(bus.Names.LedgerStream, cancellation).ConfigureAwait(false);
        string[] hosts = [.. subjects.Select(HostIn).Concat(seen.Keys).Concat(before.Keys).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        var read = new ConcurrentDictionary<string, (WatchedHost Watched, IReadOnlyList<string> Notes)>(StringComparer.Ordinal);
        await Parallel.ForEachAsync(hosts, new ParallelOptions { MaxDegreeOfParallelism = FleetLimits.Parallel, CancellationToken = cancellation }, async (host, each) =>
        {
            var reader = new LedgerStreamReader(bus, host, before.GetValueOrDefault(host) ?? new WatchedHost(), now);
            read[host] = (await reader.ReadAsync(each).ConfigureAwait(false), reader.Notes);
        }).ConfigureAwait(false);
        return new LedgerReading(
            hosts.ToDictionary(host => host, host => read[host].Watched, StringComparer.Ordinal),
            [.. hosts.SelectMany(host => read[host].Watched.Findings.Concat(Passing(host, read[host].Watched, seen.GetValueOrDefault(host), lag, now)))],
            [.. hosts.SelectMany(host => read[host].Notes)]);
    }

    private static string HostIn(string subject) => FleetNames.HostOf(subject.Split('.')[2]);

    /// <summary>What is wrong now, and may be mended by what comes next.</summary>
    private static IEnumerable<FleetFinding> Passing(string host, WatchedHost watched, SeenHost? seen, TimeSpan lag, DateTimeOffset now)
    {
        foreach ((string session, DateTimeOffset since) in watched.Missing.Where(each => now - each.Value > lag))
            yield return new FleetFinding(host, "agent", FindingKinds.Session, $"says nothing of session {session}, for which the broker allowed something at {since:yyyy-MM-dd HH:mm:ss}");
        foreach ((string session, DateTimeOffset since) in watched.Unrecovered.Where(each => now - each.Value > lag))
            yield return new FleetFinding(host, "agent", FindingKinds.Session, $"started anew at {since:yyyy-MM-dd HH:mm:ss} and says nothing of session {session}, which was open");
        if (seen is null)
        {
            yield return new FleetFinding(host, null, FindingKinds.Stall, "has ledgers on the bus and says nothing of itself any more");
            yield break;
        }
        if (seen.IsSilent(now) && now - seen.Seen > lag)
            yield return new FleetFinding(host, null, FindingKinds.Stall, $"was last heard of at {seen.Seen:yyyy-MM-dd HH:mm:ss}");
        if (seen.Record is not { } record)
            yield break;
        if (record.Ledgers is not { Count: > 0 } ledgers)
        {
            if (watched.Ledgers.Count > 0)
                yield return new FleetFinding(host, null, FindingKinds.Stall, "no longer says that it has ledgers");
            yield break;
        }
        foreach ((string role, LedgerProgress progress) in ledgers)
        {
            long here = watched.Ledgers.GetValueOrDefault(role)?.Size ?? 0;
            if (progress.Since is { } since && record.Time - since > lag)
                yield return new FleetFinding(host, role, FindingKinds.Stall, $"has {progress.Size} entries, and has brought none since {since:yyyy-MM-dd HH:mm:ss}; {here} are here");
            if (progress.Sent > here)
                yield return new FleetFinding(host, role, FindingKinds.Gap, $"says that it sent {progress.Sent} entries, and {here} are here");
        }
    }
}
