namespace DebugRelay.Fleet;

/// <summary>Every limit of the fleet, with its reason.</summary>
public static class FleetLimits
{
    /// <summary>Bytes of a document and its signature, each message that carries one being a third larger: a bus takes messages up to 1 MiB unless it is told otherwise.</summary>
    public const int DocumentBytes = 512 * 1024;

    /// <summary>Bytes of a host's record: fifty names of processes, twenty labels and their values, four times over.</summary>
    public const int RecordBytes = 32 * 1024;

    /// <summary>Names of processes in a record; the count says how many there are.</summary>
    public const int ProcessNames = 50;

    /// <summary>Characters of a name of a process, a label, its value, an address.</summary>
    public const int NameCharacters = 100;

    /// <summary>Labels of a host.</summary>
    public const int Labels = 20;

    /// <summary>How long one request to the bus may take. With a node gone, another answers well within it; longer, and a poll would hold up the next.</summary>
    public static readonly TimeSpan Request = TimeSpan.FromSeconds(2);

    /// <summary>
    /// How long a connection may take, its handshake included; the servers' `tls.timeout` is as long. Hosts that lost a node come to the others all at once, and
    /// one that gives up begins anew, which makes the queue longer.
    /// </summary>
    public static readonly TimeSpan Connect = TimeSpan.FromSeconds(5);

    /// <summary>
    /// Between two tellings of a document. A node that dies takes what is on its way with it, and its clients need half a second to be elsewhere: they hear
    /// the next.
    /// </summary>
    public static readonly TimeSpan Repeat = TimeSpan.FromMilliseconds(250);

    /// <summary>How long a document is told: clients of a node that hangs notice it after <see cref="Ping"/> twice, and are elsewhere then.</summary>
    public static readonly TimeSpan Tell = TimeSpan.FromSeconds(8);

    /// <summary>Between two questions whether the bus still answers; two without an answer end the connection.</summary>
    public static readonly TimeSpan Ping = TimeSpan.FromSeconds(2);

    /// <summary>Waits between attempts to connect grow from the first to the second, so that a bus that is back is not run over by a thousand hosts.</summary>
    public static readonly TimeSpan FirstReconnect = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc cref="FirstReconnect"/>
    public static readonly TimeSpan LastReconnect = TimeSpan.FromSeconds(2);

    /// <summary>Heartbeats that a host may miss before it counts as silent: one may be lost with a node, and the next be late.</summary>
    public const int MissedHeartbeats = 3;

    /// <summary>Requests on their way at once where many records are read.</summary>
    public const int Parallel = 64;

    /// <summary>What is remembered of what was found of one host: the first tells who looks that something is wrong, and a host can make up as many as it likes.</summary>
    public const int Findings = 50;

    /// <summary>Bytes of one message of a ledger's lines: a few hundred entries, or one of the largest.</summary>
    public const int LedgerBytes = 512 * 1024;
}
