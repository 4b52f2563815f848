using System.Buffers;
using System.IO.Pipelines;

namespace DebugRelay.NetTrace;

/// <summary>What the parts of one rewrite share.</summary>
internal sealed class RewriteContext
{
    private readonly PipeWriter _output;
    private byte[] _joined = [];

    public RewriteContext(PipeWriter output, ITraceFilter filter, Func<bool>? isOverloaded)
    {
        _output = output;
        Filter = filter;
        Shedding = new Shedding(isOverloaded);
        Types = new EventTypes(filter);
        Judge = new EventJudge(Types, filter, BlockTally);
    }

    public ITraceFilter Filter { get; }

    public Shedding Shedding { get; }

    public EventTypes Types { get; }

    public EventJudge Judge { get; }

    public SequenceMender Mender { get; } = new();

    /// <summary>Counts of everything whose block came to its end.</summary>
    public RewriteTally Tally { get; } = new();

    /// <summary>Counts of the block at hand.</summary>
    public RewriteTally BlockTally { get; } = new();

    /// <summary>Writes to the output and counts.</summary>
    public void Write(ReadOnlySpan<byte> bytes)
    {
        _output.Write(bytes);
        Tally.BytesOut += bytes.Length;
    }

    /// <summary>The bytes in one piece; valid until the next call.</summary>
    public ReadOnlySpan<byte> Contiguous(in ReadOnlySequence<byte> bytes)
    {
        if (bytes.IsSingleSegment) return bytes.FirstSpan;
        var length = (int)bytes.Length;
        if (_joined.Length < length) _joined = new byte[Math.Max(length, Math.Min(_joined.Length * 2, NetTraceLimits.MaxBlockSize))];
        bytes.CopyTo(_joined);
        return _joined.AsSpan(0, length);
    }

    public RewriteCounts Snapshot() => Tally.Snapshot() with { ReplacementsCut = Judge.Editor.ReplacementsCut };
}
