namespace DebugRelay.Fleet;

/// <summary>A host as the bus knows it.</summary>
/// <param name="Host">Its name, by the subject that its certificate alone may write to.</param>
/// <param name="Seen">When the bus had its last heartbeat, by the bus' clock.</param>
/// <param name="Record">What it said; null where that is no record, or speaks of another host.</param>
public sealed record SeenHost(string Host, DateTimeOffset Seen, HostRecord? Record)
{
    /// <summary>Whether it should have spoken again long ago.</summary>
    public bool IsSilent(DateTimeOffset now) => now - Seen > TimeSpan.FromSeconds((Record?.EverySeconds ?? 0) * FleetLimits.MissedHeartbeats);

    /// <summary>Whether it bears a label: `NAME` or `NAME=VALUE`.</summary>
    public bool Has(string label)
    {
        ArgumentNullException.ThrowIfNull(label);
        string[] parts = label.Split('=', 2);
        return Record is not null && Record.Labels.TryGetValue(parts[0], out string? value) && (parts.Length == 1 || value == parts[1]);
    }
}

/// <summary>Reads the records of all hosts.</summary>
public static class PresenceReader
{
    /// <summary>All hosts whose records the bus has, by name.</summary>
    /// <exception cref="FleetException">The bus does not answer, or does not let us.</exception>
    public static async Task<IReadOnlyList<SeenHost>> ReadAsync(FleetBus bus, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(bus);
        IReadOnlyList<string> subjects = await bus.SubjectsAsync(bus.Names.PresenceStream, cancellation).ConfigureAwait(false);
        var seen = new SeenHost?[subjects.Count];
        await Parallel.ForAsync(0, subjects.Count, new ParallelOptions { MaxDegreeOfParallelism = FleetLimits.Parallel, CancellationToken = cancellation }, async (i, each) =>
        {
            if (await bus.ReadLastAsync(bus.Names.PresenceStream, subjects[i], each).ConfigureAwait(false) is { } message)
                seen[i] = Read(message);
        }).ConfigureAwait(false);
        return [.. seen.OfType<SeenHost>().OrderBy(host => host.Host, StringComparer.Ordinal)];
    }

    private static SeenHost Read(StoredMessage message)
    {
        string host = FleetNames.HostOf(message.Subject[(message.Subject.LastIndexOf('.') + 1)..]);
        return new SeenHost(host, message.Time, HostRecord.Parse(message.Data) is { } record && record.Host == host ? record : null);
    }
}
