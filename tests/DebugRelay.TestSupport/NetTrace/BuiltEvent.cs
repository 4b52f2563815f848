namespace DebugRelay.TestSupport.NetTrace;

/// <summary>An event to be built into a stream.</summary>
public sealed record BuiltEvent(int MetadataId, byte[] Payload)
{
    public long Thread { get; init; } = 1;

    public int Sequence { get; init; } = 1;

    public long Timestamp { get; init; } = 1_000;

    public int Stack { get; init; }

    public int Processor { get; init; }

    public int Labels { get; init; }

    public Guid Activity { get; init; }

    public Guid RelatedActivity { get; init; }

    public bool IsSorted { get; init; } = true;
}

/// <summary>A field of an event type to be built into a stream; an array has an element type.</summary>
public sealed record BuiltField(string Name, int Type, IReadOnlyList<BuiltField>? Fields = null, int? Element = null, int Length = 0);
