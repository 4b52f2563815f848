namespace DebugRelay.NetTrace;

/// <summary>Every size that a stream could push on, with the reason for its value.</summary>
internal static class NetTraceLimits
{
    /// <summary>The runtime's buffers are 100 KiB; only a sequence point grows with the number of threads (12 bytes each).</summary>
    public const int MaxBlockSize = 1024 * 1024;

    /// <summary>
    /// An output block is closed and a new one begun once it has grown to this, so that long replacements cannot swell it without end.
    /// </summary>
    public const int SplitBlockSize = 256 * 1024;

    /// <summary>The longest object name in use is MetadataBlock, 13 bytes.</summary>
    public const int MaxNameLength = 64;

    /// <summary>Readers keep the payload's length in 16 bits.</summary>
    public const int MaxPayloadSize = 65_535;

    /// <summary>Event types a stream may define; real streams define hundreds.</summary>
    public const int MaxEventTypes = 16_384;

    /// <summary>Characters of one name in a metadata definition.</summary>
    public const int MaxMetadataName = 4_096;

    /// <summary>Nested objects and arrays in a schema; real ones have three.</summary>
    public const int MaxDepth = 16;

    /// <summary>Fields in a schema, nested ones included; C# methods have far fewer parameters.</summary>
    public const int MaxFields = 1_024;

    /// <summary>Visited values in one event; the runtime's largest (BulkType) has fewer than 2,000.</summary>
    public const int MaxValues = 4_096;

    /// <summary>Threads whose sequence numbers are being mended after a drop.</summary>
    public const int MaxMendedThreads = 16_384;
}
