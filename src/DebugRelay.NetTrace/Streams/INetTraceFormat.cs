using System.Buffers;

namespace DebugRelay.NetTrace;

/// <summary>What taking the next part of a stream came to.</summary>
internal enum Step
{
    /// <summary>The part is not whole yet.</summary>
    NeedMore,

    /// <summary>A part was taken, and what passes of it was written.</summary>
    Taken,

    /// <summary>The end tag was taken.</summary>
    End,

    /// <summary>The input is broken.</summary>
    Fault,
}

/// <summary>A version of the format: takes a stream apart and writes what passes.</summary>
internal interface INetTraceFormat
{
    /// <summary>What is wrong, after <see cref="Step.Fault"/>.</summary>
    NetTraceFault? Fault { get; }

    /// <summary>Takes one whole part (stream head, object, block) off the front of <paramref name="input"/>.</summary>
    Step TakePart(ref ReadOnlySequence<byte> input);

    /// <summary>Writes the end tag, if anything was written at all.</summary>
    void WriteEnd();
}
