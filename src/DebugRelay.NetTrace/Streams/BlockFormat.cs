using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>V6: a stream of blocks, each with its size (24 bits) and kind (8 bits) before it.</summary>
internal sealed class BlockFormat : INetTraceFormat, IBlockSink
{
    /// <summary>The magic, a zero, and the major and minor version.</summary>
    public const int HeadSize = 20;

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
        _blocks = new BlocksV6(context.Types, context.Filter, context.Mender, _scratch);
        _events = new EventBlockRewriter(context, isV6: true, this);
        context.Types.IsV6 = true;
    }

    public NetTraceFault? Fault { get; private set; }

    public Step TakePart(ref ReadOnlySequence<byte> input)
    {
        var step = Frame.TryRead(input, isV6: true, offset: 0, _hasTrace, out var frame, out var fault);
        if (step == Step.Taken) fault = TakeBlock(frame.Kind, _context.Contiguous(frame.Content(input)));
        if (fault is not null)
        {
            Fault = fault;
            return Step.Fault;
        }
        if (step == Step.NeedMore || _events.IsPaused) return step;
        input = input.Slice(frame.Length);
        _context.Tally.BytesIn += frame.Length;
        _context.Tally.Take(_context.BlockTally);
        return step;
    }

    private NetTraceFault? TakeBlock(BlockKind kind, ReadOnlySpan<byte> content)
    {
        if (_events.IsPaused) return _events.Continue(content);
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
            if (!StackBlock.IsWhole(content, _context.Types.PointerSize)) return NetTraceFault.BadBlock;
            _scratch.Append(content);
        }
        else if (!_blocks.TryRewrite(kind, content))
        {
            if (_scratch.IsOverfull) return new NetTraceFault(NetTraceError.TooLarge, "The texts put into a block make it larger than the limit.");
            return kind == BlockKind.Metadata ? _context.Types.Fault() : NetTraceFault.BadBlock;
        }
        Write(kind, _scratch.Written);
        return null;
    }

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
}
