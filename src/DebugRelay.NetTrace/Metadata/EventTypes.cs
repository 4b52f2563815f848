namespace DebugRelay.NetTrace;

/// <summary>The event types that a stream has defined, each with what the filter plans for it.</summary>
internal sealed class EventTypes(ITraceFilter filter)
{
    private readonly Dictionary<uint, EventPlan> _plans = [];
    private uint _lastId;
    private EventPlan? _last;

    /// <summary>Bytes of a pointer in the traced process: 4 or 8.</summary>
    public int PointerSize { get; set; } = 8;

    /// <summary>Whether the stream is V6, which writes some types otherwise.</summary>
    public bool IsV6 { get; set; }

    /// <summary>Adds a type and asks the filter about it; null where the id is taken or there are too many types.</summary>
    public EventPlan? Define(MetadataDefinition definition)
    {
        var id = (uint)definition.Identity.MetadataId;
        if (_plans.Count >= NetTraceLimits.MaxEventTypes || _plans.ContainsKey(id)) return null;
        var layout = FindLayout(definition);
        var type = new EventType(definition.Identity, layout);
        var action = filter.Plan(type);
        layout?.Compile();
        var plan = new EventPlan(type, action);
        _plans.Add(id, plan);
        _last = null;
        return plan;
    }

    /// <summary>The plan for an event; null where its type was never defined.</summary>
    public EventPlan? Find(uint metadataId)
    {
        if (_last is not null && metadataId == _lastId) return _last;
        _lastId = metadataId;
        return _last = _plans.GetValueOrDefault(metadataId);
    }

    /// <summary>Forgets all types, as a V6 sequence point may demand.</summary>
    public void Clear()
    {
        _plans.Clear();
        _last = null;
    }

    private PayloadLayout? FindLayout(MetadataDefinition definition)
        => definition.Fields is { Length: > 0 } fields
            ? LayoutBuilder.Build(fields, IsV6)
            : definition.Fields is null ? null : KnownLayouts.Find(definition.Identity, PointerSize);
}

/// <summary>An event type with what happens to its events.</summary>
internal sealed class EventPlan(EventType type, EventAction action)
{
    public EventType Type { get; } = type;

    public EventAction Action { get; } = action;

    /// <summary>Bytes of a boolean in the type's payloads: 1 or 4, or 0 until a payload has told.</summary>
    public int BoolSize;
}
