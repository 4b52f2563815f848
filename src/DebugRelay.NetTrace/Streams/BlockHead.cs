using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>What stands before a block's content in V6: its size (24 bits) and kind (8 bits).</summary>
internal static class BlockHead
{
    private const uint MaxSize = 0xFF_FFFF;

    /// <summary>Reads the head of the block at the front.</summary>
    public static Step TryRead(in ReadOnlySequence<byte> input, out Frame frame, out NetTraceFault? fault)
    {
        frame = default;
        fault = null;
        if (input.Length < sizeof(uint)) return Step.NeedMore;
        Span<byte> bytes = stackalloc byte[sizeof(uint)];
        input.Slice(0, sizeof(uint)).CopyTo(bytes);
        var head = BinaryPrimitives.ReadUInt32LittleEndian(bytes);
        var (kind, size) = ((BlockKind)(head >> 24), (int)(head & MaxSize));
        if (size > NetTraceLimits.MaxBlockSize) fault = new NetTraceFault(NetTraceError.TooLarge, "A block is larger than the limit.");
        else if (kind == BlockKind.End && size > 0) fault = new NetTraceFault(NetTraceError.BadBlock, "The end of the stream has content.");
        if (fault is not null) return Step.Fault;

        frame = new Frame(kind, sizeof(uint), size, sizeof(uint) + size);
        if (input.Length < frame.Length) return Step.NeedMore;
        return kind == BlockKind.End ? Step.End : Step.Taken;
    }
}
