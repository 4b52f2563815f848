namespace DebugRelay.NetTrace;

/// <summary>How a rewrite ended.</summary>
public enum RewriteState
{
    /// <summary>The input ended with its end tag.</summary>
    Complete,

    /// <summary>The input ended (or its pending read was cancelled) before its end tag. The output holds every whole block and an end tag.</summary>
    Truncated,

    /// <summary>The input broke the format; see the error. The output holds every whole block before the fault and an end tag.</summary>
    Malformed,

    /// <summary>The output's reader went away.</summary>
    OutputClosed,
}

/// <summary>Why an event was blanked.</summary>
public enum BlankReason
{
    /// <summary>The filter asked for it.</summary>
    Filter,

    /// <summary>The payload has content and nothing says how it is laid out.</summary>
    UnknownSchema,

    /// <summary>The schema does not consume the payload exactly.</summary>
    SchemaMismatch,

    /// <summary>The schema fits the payload in two different ways.</summary>
    AmbiguousSchema,

    /// <summary>The event holds more values than <c>NetTraceLimits.MaxValues</c>.</summary>
    TooManyValues,

    /// <summary>The filter asked for a drop, but too many threads' sequence numbers are already being mended.</summary>
    TooManyThreads,
}

/// <summary>Why an event was dropped.</summary>
public enum DropReason
{
    /// <summary>The filter asked for it.</summary>
    Filter,

    /// <summary>No metadata defines the event's type.</summary>
    UndefinedType,

    /// <summary>The payload is over 65,535 bytes.</summary>
    PayloadTooLarge,

    /// <summary>A block of a kind that this version does not know (V6 lets readers skip those). Counted in blocks.</summary>
    UnknownBlock,
}

/// <summary>Counts of a rewrite so far. Sizes are bytes.</summary>
public sealed record RewriteCounts
{
    /// <summary>Bytes of whole blocks read.</summary>
    public long BytesIn { get; init; }

    /// <summary>Bytes written.</summary>
    public long BytesOut { get; init; }

    /// <summary>Events read; metadata definitions are not events.</summary>
    public long EventsIn { get; init; }

    /// <summary>Events written, blanked ones included.</summary>
    public long EventsOut { get; init; }

    /// <summary>Events in which at least one value was replaced or blanked, and that were not blanked whole.</summary>
    public long EventsRewritten { get; init; }

    /// <summary>Replacements that were cut because the event would have passed 65,535 bytes.</summary>
    public long ReplacementsCut { get; init; }

    /// <summary>Blocks of events and stacks that were left out because the output could not take them. Readers see their events as lost.</summary>
    public long BlocksShed { get; init; }

    /// <summary>Bytes of those blocks.</summary>
    public long BytesShed { get; init; }

    /// <summary>Events blanked, by reason; reasons that did not occur are left out.</summary>
    public IReadOnlyDictionary<BlankReason, long> Blanked { get; init; } = new Dictionary<BlankReason, long>();

    /// <summary>Events dropped, by reason; reasons that did not occur are left out.</summary>
    public IReadOnlyDictionary<DropReason, long> Dropped { get; init; } = new Dictionary<DropReason, long>();
}

/// <summary>What a rewrite did. <see cref="Error"/> is None unless <see cref="State"/> is Malformed.</summary>
public sealed record RewriteSummary(RewriteState State, NetTraceError Error, string Message, RewriteCounts Counts);
