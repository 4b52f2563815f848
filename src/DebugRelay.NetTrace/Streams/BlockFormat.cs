using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>V6: a stream of blocks, each with its size (24 bits) and kind (8 bits) before it.</summary>
internal sealed class BlockFormat : INetTraceFormat, IBlockSink
{
    /// <summary>The magic, a zero, and the major and minor version.</summary>
    public const int HeadSize = 20;

    private const int MaxSize = 0xFF_FFFF;

    private readonly RewriteContext _context;
    private readonly byte[] _head;
    private readonly BlockBuffer _scratch = new();
    private readonly EventBlockRewriter _events;
    private readonly BlocksV6 _blocks;
    private bool _hasTrace;

    /// <summary>Goes on after the stream's head, which is written with the first block.</summary>
    public BlockFormat(RewriteContext context, ReadOnlySpan<byte> head)
    {
        _context = context;
        _head = head.ToArray();
        _blocks = new BlocksV6(context, _scratch);
        _events = new EventBlockRewriter(isV6: true, context.Types, context.Judge, context.Mender, context.BlockTally, this);
        context.Types.IsV6 = true;
    }

    public NetTraceFault? Fault { get; private set; }

    public Step TakePart(ref ReadOnlySequence<byte> input)
    {
        if (input.Length < sizeof(uint)) return Step.NeedMore;
        Span<byte> headBytes = stackalloc byte[sizeof(uint)];
        input.Slice(0, sizeof(uint)).CopyTo(headBytes);
        var head = BinaryPrimitives.ReadUInt32LittleEndian(headBytes);
        var (kind, size) = ((BlockKind)(head >> 24), (int)(head & MaxSize));
        if (size > NetTraceLimits.MaxBlockSize) return Broken(NetTraceError.TooLarge, "A block is larger than the limit.");
        if (kind == BlockKind.End && size > 0) return Broken(NetTraceError.BadBlock, "The end of the stream has content.");
        if ((kind == BlockKind.Trace) == _hasTrace) return Broken(NetTraceError.UnexpectedObject, "Trace must come first, and once.");
        var length = sizeof(uint) + size;
        if (input.Length < length) return Step.NeedMore;

        var fault = kind == BlockKind.End ? null : TakeBlock(kind, _context.Contiguous(input.Slice(sizeof(uint), size)));
        if (fault is not null) return Broken(fault.Error, fault.Message);
        input = input.Slice(length);
        _context.Tally.BytesIn += length;
        _context.Tally.Take(_context.BlockTally);
        return kind == BlockKind.End ? Step.End : Step.Taken;
    }

    private NetTraceFault? TakeBlock(BlockKind kind, ReadOnlySpan<byte> content)
    {
        if (_context.Shedding.Takes(kind))
        {
            _context.BlockTally.CountShed(content.Length);
            return null;
        }
        if (kind == BlockKind.Event) return _events.Rewrite(kind, content);
        if (kind > BlockKind.LabelList)
        {
            _context.BlockTally.CountDropped(DropReason.UnknownBlock);
            return null;
        }
        _scratch.Clear();
        if (kind == BlockKind.Stack)
        {
            if (!StackBlock.IsWhole(content, _context.Types.PointerSize)) return BadBlock();
            _scratch.Append(content);
        }
        else if (!TryRewrite(kind, content))
        {
            return kind == BlockKind.Metadata
                ? new NetTraceFault(NetTraceError.BadMetadata, "A metadata definition cannot be read, or defines an id anew.")
                : BadBlock();
        }
        Write(kind, _scratch.Written);
        return null;
    }

    private static NetTraceFault BadBlock() => new(NetTraceError.BadBlock, "The parts of a block do not fill it.");

    private bool TryRewrite(BlockKind kind, ReadOnlySpan<byte> content) => kind switch
    {
        BlockKind.Trace => _blocks.TryTrace(content),
        BlockKind.Metadata => _blocks.TryMetadata(content),
        BlockKind.SequencePoint => _blocks.TrySequencePoint(content),
        BlockKind.Thread => _blocks.TryThreads(content),
        BlockKind.RemoveThread => _blocks.TryRemoveThread(content),
        _ => _blocks.TryLabels(content),
    };

    public void Write(BlockKind kind, ReadOnlySpan<byte> content)
    {
        if (!_hasTrace)
        {
            _context.Write(_head);
            _hasTrace = true;
        }
        Span<byte> head = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32LittleEndian(head, (uint)content.Length | ((uint)kind << 24));
        _context.Write(head);
        _context.Write(content);
    }

    public void WriteEnd()
    {
        if (_hasTrace) _context.Write([0, 0, 0, 0]);
    }

    private Step Broken(NetTraceError error, string message)
    {
        Fault = new NetTraceFault(error, message);
        return Step.Fault;
    }
}
