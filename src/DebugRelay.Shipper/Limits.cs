namespace DebugRelay.Shipper;

/// <summary>Every limit of the shipper, with its reason.</summary>
internal static class Limits
{
    /// <summary>How often ledgers are looked at: heads and events leave the host within a second of being made.</summary>
    public static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(250);

    /// <summary>Entries whose events are sent before the cursor moves: what a crash may send twice.</summary>
    public const int Batch = 100;

    /// <summary>Log records that one OTLP call carries. An entry becomes at most four events, so a batch of entries needs several calls at most.</summary>
    public const int Queue = 256;

    /// <summary>How long a receiver may take before the attempt counts as failed.</summary>
    public static readonly TimeSpan Send = TimeSpan.FromSeconds(10);

    /// <summary>Waits between attempts grow from the first to the second: a dead receiver is not hammered, one that is back is found soon.</summary>
    public static readonly TimeSpan FirstRetry = TimeSpan.FromMilliseconds(250);

    /// <inheritdoc cref="FirstRetry"/>
    public static readonly TimeSpan LastRetry = TimeSpan.FromSeconds(15);

    /// <summary>Bytes of a configuration, and of a cursor: both are read whole.</summary>
    public const int SmallFile = 64 * 1024;

    /// <summary>Bytes of an agent's page of metrics, which is read whole: a hundred times what an agent with every label writes.</summary>
    public const int MetricsPage = 4 * 1024 * 1024;

    /// <summary>Seconds between two readings of the page: each is work for the agent, and a receiver that is told once in an hour alerts on nothing.</summary>
    public const int LeastSeconds = 1, MostSeconds = 3600;

    /// <summary>Between two looks at the fleet's documents in their bucket: what a host misses that was told nothing lasts at most this long.</summary>
    public static readonly TimeSpan FleetPoll = TimeSpan.FromSeconds(20);

    /// <summary>Between two attempts at what the bus did not do. A node that dies has been replaced within one to two.</summary>
    public static readonly TimeSpan FleetRetry = TimeSpan.FromSeconds(1);

    /// <summary>How long agent and broker may take to use a list that lies there, before nobody waits for it with an acknowledgement: their slowest look takes half a second.</summary>
    public static readonly TimeSpan FleetInForce = TimeSpan.FromSeconds(10);

    /// <summary>Between two looks whether they do.</summary>
    public static readonly TimeSpan FleetLook = TimeSpan.FromMilliseconds(50);

    /// <summary>Between two looks whether the bus has been away for too long.</summary>
    public static readonly TimeSpan FleetGuard = TimeSpan.FromSeconds(1);
}
