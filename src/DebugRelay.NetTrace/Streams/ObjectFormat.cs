using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>V4, and V5, which is V4 with tags in its metadata: a stream of objects, the first of which is Trace.</summary>
internal sealed class ObjectFormat : INetTraceFormat, IBlockSink
{
    /// <summary>What stands between the magic and the first object.</summary>
    public static ReadOnlySpan<byte> Signature => "!FastSerialization.1"u8;

    /// <summary>Stands where an object would begin.</summary>
    private const byte EndOfStream = 1;

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
        _events = new EventBlockRewriter(isV6: false, context.Types, context.Judge, context.Mender, context.BlockTally, this);
    }

    public NetTraceFault? Fault { get; private set; }

    public Step TakePart(ref ReadOnlySequence<byte> input)
    {
        if (input.IsEmpty) return Step.NeedMore;
        Span<byte> headBytes = stackalloc byte[(int)Math.Min(input.Length, ObjectHead.MaxLength)];
        input.Slice(0, headBytes.Length).CopyTo(headBytes);
        if (headBytes[0] == EndOfStream)
        {
            input = input.Slice(1);
            _context.Tally.BytesIn++;
            return Step.End;
        }
        var step = ObjectHead.TryRead(headBytes, _offset, out var head, out var fault);
        if (step == Step.Fault) return Broken(fault!);
        var length = head.Length + head.ContentLength + 1;
        if (step == Step.NeedMore || input.Length < length) return Step.NeedMore;

        var bytes = _context.Contiguous(input.Slice(0, length));
        if (bytes[^1] != ObjectHead.EndObject) return Broken(new NetTraceFault(NetTraceError.UnexpectedTag, "An object does not end with its tag."));
        fault = TakeObject(head, bytes);
        if (fault is not null) return Broken(fault);
        input = input.Slice(length);
        _offset += length;
        _context.Tally.BytesIn += length;
        _context.Tally.Take(_context.BlockTally);
        return Step.Taken;
    }

    private NetTraceFault? TakeObject(in ObjectHead head, ReadOnlySpan<byte> bytes)
    {
        if ((head.Kind == BlockKind.Trace) == _hasTrace) return new NetTraceFault(NetTraceError.UnexpectedObject, "Trace must come first, and once.");
        if (_context.Shedding.Takes(head.Kind))
        {
            _context.BlockTally.CountShed(head.ContentLength);
            return null;
        }
        _typeLength = head.TypeLength;
        bytes[.._typeLength].CopyTo(_type);
        return TakeContent(head.Kind, bytes.Slice(head.Length, head.ContentLength));
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
        var pointerSize = BinaryPrimitives.ReadInt32LittleEndian(content[32..]);
        if (pointerSize is not (4 or 8)) return new NetTraceFault(NetTraceError.BadBlock, "The trace's pointer size is neither 4 nor 8.");
        _context.Types.PointerSize = pointerSize;
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
        if (!StackBlock.IsWhole(content, _context.Types.PointerSize))
            return new NetTraceFault(NetTraceError.BadBlock, "The stacks do not fill their block.");
        Write(BlockKind.Stack, content);
        return null;
    }

    private NetTraceFault? TakeSequencePoint(ReadOnlySpan<byte> content)
    {
        if (!SequencePoint.IsWhole(content)) return new NetTraceFault(NetTraceError.BadBlock, "The threads do not fill their sequence point.");
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
        if (_hasTrace) _context.Write([EndOfStream]);
    }

    private Step Broken(NetTraceFault fault)
    {
        Fault = fault;
        return Step.Fault;
    }
}
