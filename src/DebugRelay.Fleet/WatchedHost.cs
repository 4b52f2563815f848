using System.Text.Json;
using DebugRelay.Recording;

namespace DebugRelay.Fleet;

/// <summary>Kinds of what is found of a host's ledgers.</summary>
public static class FindingKinds
{
    /// <summary>An entry, or a head, is another than the one that was there before.</summary>
    public const string Fork = "fork";

    /// <summary>Entries are missing.</summary>
    public const string Gap = "gap";

    /// <summary>A session is in one ledger and not in the other, has no number where one is due, or no end.</summary>
    public const string Session = "session";

    /// <summary>The host, or a ledger of it, no longer comes.</summary>
    public const string Stall = "stall";
}

/// <summary>Something that is wrong with a host's ledgers.</summary>
/// <param name="Host">The host, by the subject that its certificate alone may write to.</param>
/// <param name="Role">`agent` or `broker`; null for the host as a whole.</param>
/// <param name="Kind">One of <see cref="FindingKinds"/>.</param>
/// <param name="What">One clause of what.</param>
public sealed record FleetFinding(string Host, string? Role, string Kind, string What);

/// <summary>How far a host's ledgers were read, and what must not be forgotten of them.</summary>
public sealed record WatchedHost
{
    /// <summary>The last message that was read, by its place in the stream; 0: none.</summary>
    public ulong Sequence { get; init; }

    /// <summary>The ledgers, by role.</summary>
    public Dictionary<string, FollowedLedger> Ledgers { get; init; } = [];

    /// <summary>The number of the agent's last session; null where the beginning of its ledger is not known.</summary>
    public long? Sessions { get; set; } = 0;

    /// <summary>The agent's sessions that are open.</summary>
    public HashSet<string> Open { get; init; } = [];

    /// <summary>The agent's sessions that the broker has not closed yet.</summary>
    public HashSet<string> Known { get; init; } = [];

    /// <summary>Sessions for which the broker allowed something and of which the agent has said nothing, with the time at which the bus heard of it.</summary>
    public Dictionary<string, DateTimeOffset> Missing { get; init; } = [];

    /// <summary>Sessions that were open when the agent started anew, with the time at which the bus heard of it.</summary>
    public Dictionary<string, DateTimeOffset> Unrecovered { get; init; } = [];

    /// <summary>What was found and does not pass by itself: it stands until somebody accepts it.</summary>
    public List<FleetFinding> Findings { get; init; } = [];
}

/// <summary>What a monitor remembers between two readings.</summary>
public static class WatchMemory
{
    /// <summary>As it is kept.</summary>
    public static byte[] ToUtf8(Dictionary<string, WatchedHost> hosts) => JsonSerializer.SerializeToUtf8Bytes(hosts, FleetJson.Default.DictionaryStringWatchedHost);

    /// <summary>Reads one.</summary>
    /// <exception cref="FleetException">It is none.</exception>
    public static Dictionary<string, WatchedHost> Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return JsonSerializer.Deserialize(utf8, FleetJson.Default.DictionaryStringWatchedHost) ?? throw new FleetException("it holds null");
        }
        catch (JsonException e)
        {
            throw new FleetException($"it is no memory of a monitor: {e.Message}", e);
        }
    }
}
