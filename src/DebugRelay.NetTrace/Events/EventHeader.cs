namespace DebugRelay.NetTrace;

/// <summary>The header of an event. In V6 threads are indexes, and <see cref="Labels"/> stands for the two activity ids.</summary>
internal struct EventHeader
{
    public uint MetadataId;
    public uint Sequence;
    public ulong CaptureThread;
    public uint Processor;
    public ulong Thread;
    public uint Stack;
    public ulong Timestamp;
    public uint Labels;
    public Guid Activity;
    public Guid RelatedActivity;
    public bool IsSorted;
    public uint PayloadSize;
}

/// <summary>Which parts a compressed header holds; the others are those of the header before.</summary>
[Flags]
internal enum HeaderParts : byte
{
    None = 0,
    MetadataId = 0x01,
    Capture = 0x02,
    Thread = 0x04,
    Stack = 0x08,

    /// <summary>V4: the activity id. V6: the label list.</summary>
    Activity = 0x10,
    RelatedActivity = 0x20,
    Sorted = 0x40,
    PayloadSize = 0x80,
}
