namespace DebugRelay.NetTrace;

/// <summary>The kinds of block. The numbers are V6's own, in which streams may hold blocks of other kinds too.</summary>
public enum BlockKind : byte
{
    /// <summary>The end of the stream; no block.</summary>
    End = 0,

    /// <summary>What holds for the whole stream; the first block.</summary>
    Trace = 1,

    /// <summary>Events.</summary>
    Event = 2,

    /// <summary>Definitions of event types.</summary>
    Metadata = 3,

    /// <summary>The last sequence number of every thread; stacks, and in V6 labels, are numbered anew after it.</summary>
    SequencePoint = 4,

    /// <summary>Call stacks, as addresses.</summary>
    Stack = 5,

    /// <summary>V6: threads, with the indexes that events name them by.</summary>
    Thread = 6,

    /// <summary>V6: threads that have ended.</summary>
    RemoveThread = 7,

    /// <summary>V6: lists of labels that events refer to.</summary>
    LabelList = 8,
}

/// <summary>What is wrong with an input. The message never quotes it.</summary>
internal sealed record NetTraceFault(NetTraceError Error, string Message)
{
    public static NetTraceFault BadBlock { get; } = new(NetTraceError.BadBlock, "The parts of a block do not fill it.");

    public static NetTraceFault BadBlockHeader { get; } = new(NetTraceError.BadBlockHeader, "An event block's header does not fit the block.");

    public static NetTraceFault BadEvent { get; } = new(NetTraceError.BadEvent, "An event does not fit its block.");

    public static NetTraceFault BadPointerSize { get; } = new(NetTraceError.BadBlock, "The trace's pointer size is neither 4 nor 8.");
}

/// <summary>Takes whole, rewritten blocks.</summary>
internal interface IBlockSink
{
    /// <summary>Writes a block with that content; the rewriter of the format adds what stands around it.</summary>
    void Write(BlockKind kind, ReadOnlySpan<byte> content);
}
