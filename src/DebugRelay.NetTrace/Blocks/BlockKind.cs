namespace DebugRelay.NetTrace;

/// <summary>The kinds of block. The numbers are V6's own.</summary>
internal enum BlockKind : byte
{
    End = 0,
    Trace = 1,
    Event = 2,
    Metadata = 3,
    SequencePoint = 4,
    Stack = 5,
    Thread = 6,
    RemoveThread = 7,
    LabelList = 8,
}

/// <summary>What is wrong with an input. The message never quotes it.</summary>
internal sealed record NetTraceFault(NetTraceError Error, string Message);

/// <summary>Takes whole, rewritten blocks.</summary>
internal interface IBlockSink
{
    /// <summary>Writes a block with that content; the rewriter of the format adds what stands around it.</summary>
    void Write(BlockKind kind, ReadOnlySpan<byte> content);
}
