using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>V4, and V5, which is V4 with tags in its metadata: a stream of objects, the first of which is Trace.</summary>
internal sealed class ObjectFormat : INetTraceFormat, IBlockSink
{
    /// <summary>What stands between the magic and the first object.</summary>
    public static ReadOnlySpan<byte> Signature => "!FastSerialization.1"u8;

    private readonly RewriteContext _context;
    private readonly EventBlockRewriter _events;
    private readonly BlockBuffer _scratch = new();
    private readonly byte[] _type = new byte[15 + NetTraceLimits.MaxNameLength + 1];
    private int _typeLength;
    private long _offset;
    private bool _hasTrace;

    /// <summary>Goes on after the stream's head of that many bytes, which is written with the first object.</summary>
    public ObjectFormat(RewriteContext context, int headLength)
    {
        _context = context;
        _offset = headLength;
        _events = new EventBlockRewriter(context, isV6: false, this);
    }

    public NetTraceFault? Fault { get; private set; }

    public Step TakePart(ref ReadOnlySequence<byte> input)
    {
        var step = Frame.TryRead(input, isV6: false, _offset, _hasTrace, out var frame, out var fault);
        if (step == Step.Taken) fault = TakeObject(frame, input);
        if (fault is not null) return Broken(fault);
        if (step == Step.NeedMore || _events.IsPaused) return step;
        input = input.Slice(frame.Length);
        _offset += frame.Length;
        _context.Tally.BytesIn += frame.Length;
        _context.Tally.Take(_context.BlockTally);
        return step;
    }

    private NetTraceFault? TakeObject(in Frame frame, in ReadOnlySequence<byte> input)
    {
        var content = _context.Contiguous(frame.Content(input));
        if (_events.IsPaused) return _events.Continue(content);
        if (_context.Shedding.Takes(frame.Kind))
        {
            _context.BlockTally.CountShed(content.Length);
            return null;
        }
        _typeLength = frame.TypeLength;
        input.Slice(0, _typeLength).CopyTo(_type);
        return TakeContent(frame.Kind, content);
    }

    private NetTraceFault? TakeContent(BlockKind kind, ReadOnlySpan<byte> content) => kind switch
    {
        BlockKind.Trace => TakeTrace(content),
        BlockKind.Stack => TakeStacks(content),
        BlockKind.SequencePoint => TakeSequencePoint(content),
        _ => _events.Rewrite(kind, content),
    };

    private NetTraceFault? TakeTrace(ReadOnlySpan<byte> content)
    {
        if (TraceHead.Read(content) is not { } trace) return NetTraceFault.BadPointerSize;
        _context.Types.PointerSize = trace.PointerSize;
        _hasTrace = true;
        _context.Write(StreamHead.Magic);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, Signature.Length);
        _context.Write(length);
        _context.Write(Signature);
        _context.Write(_type.AsSpan(0, _typeLength));
        _context.Write(content);
        _context.Write([ObjectHead.EndObject]);
        return null;
    }

    private NetTraceFault? TakeStacks(ReadOnlySpan<byte> content)
    {
        if (!StackBlock.IsWhole(content, _context.Types.PointerSize)) return NetTraceFault.BadBlock;
        Write(BlockKind.Stack, content);
        return null;
    }

    private NetTraceFault? TakeSequencePoint(ReadOnlySpan<byte> content)
    {
        if (!SequencePoint.IsWhole(content)) return NetTraceFault.BadBlock;
        if (_context.Mender.IsNeeded)
        {
            _scratch.Clear();
            var mended = _scratch.Take(content.Length);
            content.CopyTo(mended);
            SequencePoint.Mend(mended, _context.Mender);
            content = mended;
        }
        Write(BlockKind.SequencePoint, content);
        return null;
    }

    /// <summary>Writes an object of the type at hand around the content.</summary>
    public void Write(BlockKind kind, ReadOnlySpan<byte> content)
    {
        Span<byte> size = stackalloc byte[sizeof(int) + 3];
        BinaryPrimitives.WriteInt32LittleEndian(size, content.Length);
        size[sizeof(int)..].Clear();
        _context.Write(_type.AsSpan(0, _typeLength));
        _context.Write(size[..(sizeof(int) + ObjectHead.Padding(_context.Tally.BytesOut + sizeof(int)))]);
        _context.Write(content);
        _context.Write([ObjectHead.EndObject]);
    }

    public void WriteEnd()
    {
        if (_hasTrace) _context.Write([ObjectHead.EndOfStream]);
    }

    private Step Broken(NetTraceFault fault)
    {
        Fault = fault;
        return Step.Fault;
    }
}
