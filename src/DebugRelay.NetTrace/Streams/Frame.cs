using System.Buffers;

namespace DebugRelay.NetTrace;

/// <summary>A whole block of a stream: its kind, where its content begins and how long that is, and the bytes of it all.</summary>
internal readonly record struct Frame(BlockKind Kind, int ContentAt, int ContentLength, int Length)
{
    /// <summary>V4: the bytes that name the object's type, at its beginning.</summary>
    public int TypeLength { get; init; }

    /// <summary>The content's bytes.</summary>
    public ReadOnlySequence<byte> Content(in ReadOnlySequence<byte> input) => input.Slice(ContentAt, ContentLength);

    /// <summary>
    /// Finds the next block: <see cref="Step.Taken"/> where it is there to its end, <see cref="Step.End"/> at the end of the stream. A size is held
    /// against its limit before it is waited for.
    /// </summary>
    /// <param name="input">What there is of the stream from <paramref name="offset"/> on.</param>
    /// <param name="isV6">Which of the two frames.</param>
    /// <param name="offset">Bytes of the stream before, by which V4 pads.</param>
    /// <param name="hasTrace">Whether the block that must come first, and once, has come.</param>
    /// <param name="frame">The block.</param>
    /// <param name="fault">What is wrong, after <see cref="Step.Fault"/>.</param>
    public static Step TryRead(
        in ReadOnlySequence<byte> input, bool isV6, long offset, bool hasTrace, out Frame frame, out NetTraceFault? fault)
    {
        var step = isV6 ? BlockHead.TryRead(input, out frame, out fault) : ObjectHead.TryRead(input, offset, out frame, out fault);
        if (step is Step.Taken or Step.End && (frame.Kind == BlockKind.Trace) == hasTrace)
        {
            fault = new NetTraceFault(NetTraceError.UnexpectedObject, "Trace must come first, and once.");
            return Step.Fault;
        }
        return step;
    }
}
