namespace DebugRelay.NetTrace;

/// <summary>Every size that a stream could push on, with the reason for its value.</summary>
internal static class NetTraceLimits
{
    /// <summary>The runtime's buffers are 100 KiB; only a sequence point grows with the number of threads (12 bytes each).</summary>
    public const int MaxBlockSize = 1024 * 1024;

    /// <summary>
    /// An output block is closed and a new one begun once it has grown to this, and as much is flushed before more is made of the same input block:
    /// long replacements, and events that each need a block of their own, cannot swell what is held.
    /// </summary>
    public const int SplitBlockSize = 256 * 1024;

    /// <summary>The longest object name in use is MetadataBlock, 13 bytes.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Readers keep the payload's length in 16 bits.</summary>
    public const int MaxPayloadSize = 65_535;

    /// <summary>
    /// Bytes to which replacements may make a payload grow. TraceEvent's TraceLog, and with it PerfView and the converters, holds an event and its
    /// header in 64 KiB: one of 65,440 bytes makes it refuse the whole trace.
    /// </summary>
    public const int MaxGrownPayloadSize = 65_000;

    /// <summary>Event types a stream may define; real streams define hundreds.</summary>
    public const int MaxEventTypes = 16_384;

    /// <summary>
    /// Bytes that all event types of a stream may hold, counted by <see cref="EventTypes"/>: more than 1,500 types of eight text fields, where
    /// talkative services define hundreds.
    /// </summary>
    public const int MaxTypesSize = 4 * 1024 * 1024;

    /// <summary>Characters of one name in a metadata definition.</summary>
    public const int MaxMetadataName = 4_096;

    /// <summary>Characters to which a filter may make a shorter name in metadata grow; a mask has about twenty.</summary>
    public const int MaxGrownName = 256;

    /// <summary>Bytes by which a filter may make one definition grow, all its names together.</summary>
    public const int MaxDefinitionGrowth = 64 * 1024;

    /// <summary>
    /// Characters of the paths of one type's fields. A nested field's path repeats the names around it, so that a short definition could ask for
    /// megabytes.
    /// </summary>
    public const int MaxPathsLength = 65_536;

    /// <summary>Nested objects and arrays in a schema; real ones have three.</summary>
    public const int MaxDepth = 16;

    /// <summary>Fields in a schema, nested ones included; C# methods have far fewer parameters.</summary>
    public const int MaxFields = 1_024;

    /// <summary>Visited values in one event; the runtime's largest (BulkType) has fewer than 2,000.</summary>
    public const int MaxValues = 4_096;

    /// <summary>Threads whose sequence numbers are being mended after a drop.</summary>
    public const int MaxMendedThreads = 16_384;
}
