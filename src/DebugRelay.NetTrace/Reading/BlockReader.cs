using System.Buffers;
using System.Diagnostics.CodeAnalysis;

namespace DebugRelay.NetTrace;

/// <summary>The block at hand of a reader: checks it whole, keeps what it defines for the blocks that follow, and walks its events.</summary>
internal sealed class BlockReader
{
    private readonly EventTypes _types = new(AllVisited.Instance);
    private readonly BlockBuffer _scratch = new();
    private readonly BlocksV6 _blocksV6;
    private byte[] _joined = [];
    private ReadOnlyMemory<byte> _content;
    private int _eventsAt;
    private bool _isCompressed;
    private bool _isV6;

    public BlockReader() => _blocksV6 = new BlocksV6(_types, AllVisited.Instance, new SequenceMender(), _scratch);

    public TraceHead? Trace { get; private set; }

    public BlockKind Kind { get; private set; }

    public ReadOnlySpan<byte> Content => _content.Span;

    public long UndefinedEvents { get; private set; }

    /// <summary>The values of the event that was asked for them last.</summary>
    public EventEditor Editor { get; } = new();

    public void Begin(bool isV6) => _types.IsV6 = _isV6 = isV6;

    /// <summary>Makes it the block at hand.</summary>
    public NetTraceFault? Take(BlockKind kind, in ReadOnlySequence<byte> content)
    {
        Kind = kind;
        _content = Contiguous(content);
        _eventsAt = Content.Length;
        return kind switch
        {
            BlockKind.Trace => TakeTrace(),
            BlockKind.Event => TakeEvents(kind),
            BlockKind.Stack => StackBlock.IsWhole(Content, _types.PointerSize) ? null : NetTraceFault.BadBlock,
            BlockKind.Metadata when !_isV6 => TakeEvents(kind),
            BlockKind.SequencePoint when !_isV6 => SequencePoint.IsWhole(Content) ? null : NetTraceFault.BadBlock,
            > BlockKind.LabelList => null,
            _ => TakeV6(kind),
        };
    }

    /// <summary>Goes on to the next event whose type is defined. The block was checked, so it ends where its last event does.</summary>
    public bool TryNext(ref EventHeader header, ref int at, out int payloadAt, [NotNullWhen(true)] out EventPlan? plan)
    {
        (payloadAt, plan) = (at, null);
        var content = Content;
        while (at < content.Length)
        {
            payloadAt = at;
            if (!EventBlock.TryReadEvent(content, _isCompressed, _isV6, ref payloadAt, ref header, out _, out at)) return false;
            if (_types.Find(header.MetadataId) is { } found)
            {
                plan = found;
                return true;
            }
            UndefinedEvents++;
        }
        return false;
    }

    /// <summary>Where the events of the block begin.</summary>
    public int EventsAt => _eventsAt;

    private NetTraceFault? TakeTrace()
    {
        Trace = TraceHead.Read(Content);
        if (Trace is null) return _isV6 ? NetTraceFault.BadBlock : NetTraceFault.BadPointerSize;
        _types.PointerSize = Trace.PointerSize;
        return _isV6 ? TakeV6(BlockKind.Trace) : null;
    }

    private NetTraceFault? TakeV6(BlockKind kind)
    {
        _scratch.Clear();
        if (_blocksV6.TryRewrite(kind, Content)) return null;
        return kind == BlockKind.Metadata ? _types.Fault() : NetTraceFault.BadBlock;
    }

    private NetTraceFault? TakeEvents(BlockKind kind)
    {
        var content = Content;
        if (!EventBlock.TryReadHeader(content, out var at, out _isCompressed)) return NetTraceFault.BadBlockHeader;
        if (kind == BlockKind.Event) _eventsAt = at;
        EventHeader header = default;
        while (at < content.Length)
        {
            if (!EventBlock.TryReadEvent(content, _isCompressed, _isV6, ref at, ref header, out _, out var end)) return NetTraceFault.BadEvent;
            if (kind == BlockKind.Metadata && !IsDefined(header, content.Slice(at, (int)header.PayloadSize))) return _types.Fault();
            at = end;
        }
        return null;
    }

    private bool IsDefined(in EventHeader header, ReadOnlySpan<byte> payload)
        => header.MetadataId == 0 && MetadataDefinition.ReadV4(payload) is { } definition && _types.Define(definition) is not null;

    private ReadOnlyMemory<byte> Contiguous(in ReadOnlySequence<byte> content)
    {
        if (content.IsSingleSegment) return content.First;
        var length = (int)content.Length;
        if (_joined.Length < length) _joined = new byte[length];
        content.CopyTo(_joined);
        return _joined.AsMemory(0, length);
    }

    /// <summary>Has every value of every event walked, and changes nothing.</summary>
    private sealed class AllVisited : ITraceFilter
    {
        public static AllVisited Instance { get; } = new();

        public EventAction Plan(EventType type)
        {
            foreach (var field in type.Fields) field.IsVisited = true;
            return EventAction.Keep;
        }

        public EventAction Visit(EventType type, ref EventFields fields) => EventAction.Keep;

        public string VisitText(StreamText place, string name, string text) => text;
    }
}
