namespace DebugRelay.NetTrace;

/// <summary>One event type of a stream: what its metadata definition says.</summary>
public sealed class EventType
{
    internal EventType(EventIdentity identity, PayloadLayout? layout)
    {
        Identity = identity;
        Layout = layout;
    }

    internal EventIdentity Identity { get; }

    internal PayloadLayout? Layout { get; }

    /// <summary>The id by which events of this stream refer to the type.</summary>
    public int MetadataId => Identity.MetadataId;

    /// <summary>The provider's name, for instance <c>Microsoft-Windows-DotNETRuntime</c>.</summary>
    public string Provider => Identity.Provider;

    /// <summary>The event's number within its provider.</summary>
    public int EventId => Identity.EventId;

    /// <summary>The event's name; empty for the runtime's own providers.</summary>
    public string Name => Identity.Name;

    /// <summary>The event's version.</summary>
    public int Version => Identity.Version;

    /// <summary>The event's level, 1 (critical) to 5 (verbose).</summary>
    public byte Level => Identity.Level;

    /// <summary>The provider's keywords that the event belongs to.</summary>
    public ulong Keywords => Identity.Keywords;

    /// <summary>
    /// Whether the payload's layout is known, from the metadata or (runtime providers) from the published manifest. Where it is not, events with
    /// content are blanked unless <see cref="ITraceFilter.Plan"/> answers Keep or Drop.
    /// </summary>
    public bool IsSchemaKnown => Layout is not null;

    /// <summary>The fields whose values can be visited, flattened, in payload order; a field inside an array stands here once.</summary>
    public IReadOnlyList<EventField> Fields => Layout?.Fields ?? [];

    /// <summary>What a filter wants to find again with every event of the type. It is not looked at here.</summary>
    public object? FilterState { get; set; }
}

/// <summary>The names and numbers of an event type.</summary>
internal sealed record EventIdentity(int MetadataId, string Provider, int EventId, string Name, int Version, byte Level, ulong Keywords);
