using NATS.Client.JetStream.Models;

namespace DebugRelay.Fleet;

/// <summary>What the bus keeps. The buckets are of the form that key-value clients know (`nats kv`).</summary>
internal static class FleetStreams
{
    /// <summary>A host that was switched off for good is forgotten after this.</summary>
    private static readonly TimeSpan PresenceKept = TimeSpan.FromDays(7);

    /// <summary>What a SIEM has not read until then it does not get from here; the host's ledger has it.</summary>
    public static readonly TimeSpan EventsKept = TimeSpan.FromDays(30);

    /// <summary>How long message ids are remembered: an outbox that waited longer may store something twice, and readers know it by its id.</summary>
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    public static IEnumerable<StreamConfig> All(FleetNames names, int replicas) =>
    [
        Bucket(names.PresenceStream, names.AllPresence, replicas, PresenceKept, FleetLimits.RecordBytes),
        Bucket(names.DocumentStream, $"$KV.{names.Prefix}_documents.>", replicas, TimeSpan.Zero, -1),
        Log(names.AuditStream, $"{names.Prefix}.audit.>", replicas),
        Log(names.LedgerStream, $"{names.Prefix}.ledger.>", replicas),
    ];

    private static StreamConfig Bucket(string name, string subjects, int replicas, TimeSpan kept, int bytes) => new(name, [subjects])
    {
        MaxMsgsPerSubject = 1, Discard = StreamConfigDiscard.New, AllowRollupHdrs = true, DenyDelete = true, AllowDirect = true,
        Storage = StreamConfigStorage.File, NumReplicas = replicas, MaxAge = kept, MaxMsgSize = bytes,
    };

    /// <summary>Nobody deletes from it, whatever rights he has; it is the oldest that goes.</summary>
    private static StreamConfig Log(string name, string subjects, int replicas) => new(name, [subjects])
    {
        Discard = StreamConfigDiscard.Old, DenyDelete = true, DenyPurge = true, AllowDirect = true, Retention = StreamConfigRetention.Limits,
        Storage = StreamConfigStorage.File, NumReplicas = replicas, MaxAge = EventsKept, DuplicateWindow = Window,
    };
}
