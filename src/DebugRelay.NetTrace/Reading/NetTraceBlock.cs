namespace DebugRelay.NetTrace;

/// <summary>One whole block of a stream. Valid until its reader goes on to the next.</summary>
public readonly ref struct NetTraceBlock
{
    private readonly BlockReader? _block;

    internal NetTraceBlock(BlockReader? block) => _block = block;

    /// <summary>What the block holds.</summary>
    public BlockKind Kind => _block?.Kind ?? BlockKind.End;

    /// <summary>The block's bytes as they came, without what stands around them.</summary>
    public ReadOnlySpan<byte> Content => _block is null ? default : _block.Content;

    /// <summary>The events of the block, in their order; none where it is of another kind. Those whose type is not defined are left out.</summary>
    public NetTraceEvents Events => new(_block);
}

/// <summary>The events of one block.</summary>
public readonly ref struct NetTraceEvents
{
    private readonly BlockReader? _block;

    internal NetTraceEvents(BlockReader? block) => _block = block;

    /// <summary>Walks the events.</summary>
    public Enumerator GetEnumerator() => new(_block);

    /// <summary>Walks the events of one block.</summary>
    public ref struct Enumerator
    {
        private readonly BlockReader? _block;
        private EventHeader _header;
        private EventPlan? _plan;
        private int _payloadAt;
        private int _at;

        internal Enumerator(BlockReader? block)
        {
            _block = block;
            _at = block?.EventsAt ?? 0;
        }

        /// <summary>The event at hand.</summary>
        [System.Diagnostics.CodeAnalysis.UnscopedRef]
        public readonly NetTraceEvent Current => new(in _header, _plan!, _block!, _block!.Content.Slice(_payloadAt, (int)_header.PayloadSize));

        /// <summary>Goes on to the next event; false where there is none.</summary>
        public bool MoveNext() => _block is not null && _block.TryNext(ref _header, ref _at, out _payloadAt, out _plan);
    }
}
