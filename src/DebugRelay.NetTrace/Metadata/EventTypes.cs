namespace DebugRelay.NetTrace;

/// <summary>The event types that a stream has defined, each with what the filter plans for it.</summary>
internal sealed class EventTypes(ITraceFilter filter)
{
    private readonly Dictionary<uint, EventPlan> _plans = [];

    /// <summary>The plans of small ids, which are those of real streams, by id.</summary>
    private EventPlan?[] _small = new EventPlan?[256];
    private int _size;
    private bool _isFull;

    /// <summary>Bytes of a pointer in the traced process: 4 or 8.</summary>
    public int PointerSize { get; set; } = 8;

    /// <summary>Whether the stream is V6, which writes some types otherwise.</summary>
    public bool IsV6 { get; set; }

    /// <summary>Adds a type and asks the filter about it; null where the id is taken or the types are too many or too large.</summary>
    public EventPlan? Define(MetadataDefinition definition)
    {
        var id = (uint)definition.Identity.MetadataId;
        if (_plans.ContainsKey(id)) return null;
        var layout = FindLayout(definition);
        _size += SizeOf(definition.Identity, layout);
        _isFull = _plans.Count >= NetTraceLimits.MaxEventTypes || _size > NetTraceLimits.MaxTypesSize;
        if (_isFull) return null;
        var type = new EventType(definition.Identity, layout);
        var action = filter.Plan(type);
        layout?.Compile();
        var plan = new EventPlan(type, action);
        _plans.Add(id, plan);
        if (id < NetTraceLimits.MaxEventTypes)
        {
            if (id >= _small.Length) Array.Resize(ref _small, (int)System.Numerics.BitOperations.RoundUpToPowerOf2(id + 1));
            _small[id] = plan;
        }
        return plan;
    }

    /// <summary>Why a definition was not taken.</summary>
    public NetTraceFault Fault() => _isFull
        ? new NetTraceFault(NetTraceError.TooLarge, "The stream's event types are more than the limit.")
        : new NetTraceFault(NetTraceError.BadMetadata, "A metadata definition cannot be read, or defines an id anew.");

    /// <summary>The plan for an event; null where its type was never defined.</summary>
    public EventPlan? Find(uint metadataId)
    {
        var small = _small;
        return metadataId < (uint)small.Length ? small[metadataId] : _plans.GetValueOrDefault(metadataId);
    }

    /// <summary>Forgets all types, as a V6 sequence point may demand.</summary>
    public void Clear()
    {
        _plans.Clear();
        _size = 0;
        Array.Clear(_small);
    }

    /// <summary>About the bytes that a type holds on to: its objects and texts.</summary>
    private static int SizeOf(EventIdentity identity, PayloadLayout? layout)
    {
        const int TypeSize = 400;
        const int FieldSize = 100;
        var size = TypeSize + (sizeof(char) * (identity.Provider.Length + identity.Name.Length)) + (layout?.StepsSize ?? 0);
        foreach (var field in layout?.Fields ?? []) size += FieldSize + (sizeof(char) * (field.Path.Length + field.Name.Length));
        return size;
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
