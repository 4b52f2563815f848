namespace DebugRelay.NetTrace;

/// <summary>One event. Valid until the next one is gone on to.</summary>
public readonly ref struct NetTraceEvent
{
    private readonly ref readonly EventHeader _header;
    private readonly EventPlan _plan;
    private readonly BlockReader _block;

    internal NetTraceEvent(in EventHeader header, EventPlan plan, BlockReader block, ReadOnlySpan<byte> payload)
    {
        _header = ref header;
        _plan = plan;
        _block = block;
        Payload = payload;
    }

    /// <summary>What its metadata says; of the stream's lifetime, and the same object for all events of the type.</summary>
    public EventType Type => _plan.Type;

    /// <summary>The payload's bytes.</summary>
    public ReadOnlySpan<byte> Payload { get; }

    /// <summary>V4: the id of the thread that the event is about. V6: its index among the stream's threads.</summary>
    public ulong Thread => _header.Thread;

    /// <summary>The thread that wrote the event; by it sequence numbers count. As <see cref="Thread"/> in V6.</summary>
    public ulong CaptureThread => _header.CaptureThread;

    /// <summary>The number of the processor that it was written on.</summary>
    public uint Processor => _header.Processor;

    /// <summary>One more than that of the event before on the same thread, where none was lost in between.</summary>
    public uint Sequence => _header.Sequence;

    /// <summary>The id of its stack in the blocks of stacks since the last sequence point; 0 without one.</summary>
    public uint Stack => _header.Stack;

    /// <summary>When it was written, in ticks: see <see cref="NetTraceReader.TicksPerSecond"/>.</summary>
    public ulong Timestamp => _header.Timestamp;

    /// <summary>V6: the id of its list of labels; 0 without one.</summary>
    public uint Labels => _header.Labels;

    /// <summary>V4: the activity that it belongs to; empty without one.</summary>
    public Guid Activity => _header.Activity;

    /// <summary>V4: the activity that is related to it; empty without one.</summary>
    public Guid RelatedActivity => _header.RelatedActivity;

    /// <summary>Whether all events with an earlier time stand before it in the stream.</summary>
    public bool IsSorted => _header.IsSorted;

    /// <summary>
    /// The values of the payload; false where no layout is known, the payload does not fit it to the last byte, fits it in two ways, or holds more than
    /// 4,096 values or 65,535 bytes.
    /// </summary>
    public bool TryGetValues(out EventValues values)
    {
        values = default;
        if (Type.Layout is not { } layout || Payload.Length > NetTraceLimits.MaxPayloadSize) return false;
        if (PayloadWalker.Walk(layout, Payload, _block.Editor, ref _plan.BoolSize) != WalkResult.Fits) return false;
        values = new EventValues(_block.Editor, Payload);
        return true;
    }
}

/// <summary>The values of one event, in payload order. Valid until another event's are asked for. A field inside an array appears once for each element.</summary>
public readonly ref struct EventValues
{
    private readonly EventEditor _editor;
    private readonly ReadOnlySpan<byte> _payload;

    internal EventValues(EventEditor editor, ReadOnlySpan<byte> payload)
    {
        _editor = editor;
        _payload = payload;
    }

    /// <summary>How many values there are.</summary>
    public int Count => _editor?.Count ?? 0;

    /// <summary>The field that value <paramref name="i"/> belongs to.</summary>
    public EventField this[int i] => _editor.Field(i);

    /// <summary>The text of value <paramref name="i"/>, without terminator; empty where it is not text.</summary>
    public ReadOnlySpan<char> Text(int i) => _editor.Text(i, _payload);

    /// <summary>The bytes of value <paramref name="i"/>: of an array its elements, of text its encoded form without terminator.</summary>
    public ReadOnlySpan<byte> Bytes(int i) => _editor.Bytes(i, _payload);
}
