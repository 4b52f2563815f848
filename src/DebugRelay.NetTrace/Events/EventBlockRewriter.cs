using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>
/// Rewrites one block of events, or of V4 metadata. Stretches without a change are copied as they are; a header is mended only where what stood
/// before it changed: its payload size after an event that was resized, everything after one that was dropped.
/// </summary>
internal sealed class EventBlockRewriter(RewriteContext context, bool isV6, IBlockSink sink)
{
    private const int HeaderSize = EventBlock.HeaderSize;

    /// <summary>About what stands around a block in V4.</summary>
    private const int SplitOverhead = 36;

    private readonly EventTypes _types = context.Types;
    private readonly EventJudge _judge = context.Judge;
    private readonly SequenceMender _mender = context.Mender;
    private readonly RewriteTally _tally = context.BlockTally;
    private readonly BlockBuffer _out = new();
    private readonly BlockBuffer _definition = new();
    private BlockKind _kind;
    private bool _isCompressed;
    private bool _isChanged;
    private NetTraceFault? _fault;

    // Bytes of the blocks written since what was written was flushed last.
    private int _unflushed;

    // The event being read: the header, where it starts, where its payload starts and where it ends.
    private EventHeader _header;
    private int _start;
    private int _sizeAt;
    private int _payloadAt;
    private int _end;

    // Where the events begin in _out.
    private int _eventsAt;

    // The end of what is copied to _out, or left out, so far.
    private int _copied;

    // What the block written so far says of payload sizes, where that differs from the block read.
    private bool _sizeDiffers;
    private uint _writtenSize;

    // Set once headers are encoded anew: the header written last, and the thread that readers take unsorted events to be of.
    private bool _isAnew;
    private EventHeader _written;
    private ulong _readerThread;
    private bool _isRestChecked;

    /// <summary>Whether a part of the block is written, and is to be flushed before <see cref="Continue"/> goes on with the same block.</summary>
    public bool IsPaused { get; private set; }

    /// <summary>Writes what passes; on a fault nothing of the block is written.</summary>
    public NetTraceFault? Rewrite(BlockKind kind, ReadOnlySpan<byte> content)
    {
        if (!TryBegin(kind, content)) return NetTraceFault.BadBlockHeader;
        return Continue(content);
    }

    /// <summary>Goes on with the block at hand.</summary>
    public NetTraceFault? Continue(ReadOnlySpan<byte> content)
    {
        IsPaused = false;
        while (_end < content.Length)
        {
            if (_unflushed >= NetTraceLimits.SplitBlockSize)
            {
                _unflushed = 0;
                IsPaused = true;
                return null;
            }
            if (!(IsUntouched && IsAfterKept(content)))
            {
                if (_end == content.Length) break;
                if (!TryReadEvent(content)) return NetTraceFault.BadEvent;
            }
            RewriteEvent(content);
            if (_fault is not null) return _fault;
        }
        Finish(content);
        return null;
    }

    private bool TryBegin(BlockKind kind, ReadOnlySpan<byte> content)
    {
        if (!EventBlock.TryReadHeader(content, out var headerSize, out _isCompressed)) return false;
        _kind = kind;
        _fault = null;
        _header = default;
        _end = headerSize;
        _isRestChecked = false;
        _unflushed = 0;
        BeginBlock(content, headerSize);
        _isAnew = kind == BlockKind.Event && _mender.IsNeeded;
        // Later versions may put something into the rest of the header; what that is cannot be known here.
        _isChanged = _isAnew || content[HeaderSize..headerSize].ContainsAnyExcept((byte)0);
        return true;
    }

    private void BeginBlock(ReadOnlySpan<byte> content, int headerSize)
    {
        _out.Clear();
        _out.Append(content[..HeaderSize]);
        _out.Take(headerSize - HeaderSize).Clear();
        _eventsAt = headerSize;
        _copied = _end;
        _sizeDiffers = false;
        _written = default;
    }

    /// <summary>Whether events of the block may be stepped over: nothing before them has changed that they refer to.</summary>
    private bool IsUntouched => _isCompressed && !_isAnew && !_sizeDiffers && _kind == BlockKind.Event;

    /// <summary>Steps over events whose type is kept unread. Whether the one behind them is read then.</summary>
    private bool IsAfterKept(ReadOnlySpan<byte> content)
    {
        var (at, next, count) = (_end, _end, 0);
        ref var type = ref _header.MetadataId;
        ref var size = ref _header.PayloadSize;
        var (known, isKept, isRead) = (0u, false, false);
        while (LightHeader.TryRead(content, isV6, ref next, ref type, ref size, out _sizeAt))
        {
            if (size > (uint)(content.Length - next)) break;
            (_start, _payloadAt) = (at, next);
            at = next += (int)size;
            if (type != known) (known, isKept) = (type, _types.Find(type)?.Action == EventAction.Keep);
            isRead = !isKept;
            if (isRead) break;
            count++;
        }
        _end = at;
        _tally.EventsIn += count;
        _tally.EventsOut += count;
        return isRead;
    }

    /// <summary>Reads the next event; of its header, as long as headers are not encoded anew, the type and the size alone.</summary>
    private bool TryReadEvent(ReadOnlySpan<byte> content)
    {
        _start = _payloadAt = _end;
        if (_isCompressed && !_isAnew && LightHeader.TryRead(content, isV6, ref _payloadAt, ref _header.MetadataId, ref _header.PayloadSize, out _sizeAt))
        {
            _end = _payloadAt + (int)_header.PayloadSize;
            return _header.PayloadSize <= (uint)(content.Length - _payloadAt);
        }
        return TryReadEvent(content, ref _payloadAt, ref _header, out _sizeAt, out _end);
    }

    /// <summary>Reads what <see cref="TryReadEvent(ReadOnlySpan{byte})"/> left out: the whole header of the event at hand.</summary>
    private void ReadWholeHeader(ReadOnlySpan<byte> content)
    {
        if (_isAnew) return;
        EventHeader header = default;
        for (int at = BinaryPrimitives.ReadUInt16LittleEndian(content), end; at <= _start; at = end)
        {
            if (!TryReadEvent(content, ref at, ref header, out _, out end)) return;
        }
        _header = header;
    }

    private bool TryReadEvent(ReadOnlySpan<byte> content, ref int at, ref EventHeader header, out int sizeAt, out int end)
        => EventBlock.TryReadEvent(content, _isCompressed, isV6, ref at, ref header, out sizeAt, out end);

    private void RewriteEvent(ReadOnlySpan<byte> content)
    {
        var payload = content.Slice(_payloadAt, (int)_header.PayloadSize);
        if (_kind == BlockKind.Metadata)
        {
            RewriteDefinition(content, payload);
            return;
        }
        _tally.EventsIn++;
        var verdict = _judge.Judge(_header.MetadataId, payload);
        if (verdict == Verdict.Drop) ReadWholeHeader(content);
        if (verdict == Verdict.Drop && !_mender.TryDrop(_header.CaptureThread))
        {
            _tally.CountBlanked(BlankReason.TooManyThreads);
            verdict = Verdict.Blank;
        }
        if (verdict == Verdict.Drop)
        {
            Drop(content);
            return;
        }
        _tally.EventsOut++;
        Emit(content, payload, verdict);
    }

    private void RewriteDefinition(ReadOnlySpan<byte> content, ReadOnlySpan<byte> payload)
    {
        if (_header.MetadataId != 0 || MetadataDefinition.ReadV4(payload) is not { } definition || _types.Define(definition) is not { } plan)
        {
            _fault = _types.Fault();
            return;
        }
        var names = DefinitionNames.Ask(definition, context.Filter);
        var keepsUnread = plan.Action == EventAction.Keep;
        if (!names.AreChanged && (keepsUnread || names.Fields is not null))
        {
            Emit(content, payload, Verdict.Keep);
            return;
        }
        _definition.Clear();
        new DefinitionWriter(payload, _definition).Write(definition, names, keepsUnread);
        if (_definition.Length - payload.Length > NetTraceLimits.MaxDefinitionGrowth)
        {
            _fault = new NetTraceFault(NetTraceError.TooLarge, "The names put into a definition make it larger than the limit.");
            return;
        }
        CopyTo(content, _start);
        WriteHeader(content, (uint)_definition.Length);
        _out.Append(_definition.Written);
        EndEvent(content);
    }

    private void Emit(ReadOnlySpan<byte> content, ReadOnlySpan<byte> payload, Verdict verdict)
    {
        if (verdict == Verdict.Keep && !_isAnew && !NeedsSize(payload.Length))
        {
            if (HasOwnSize) _sizeDiffers = false;
            return;
        }
        CopyTo(content, _start);
        var size = verdict == Verdict.Edit ? _judge.Editor.Measure(payload.Length) : payload.Length;
        if (_isAnew && !_header.IsSorted && _header.CaptureThread != _readerThread && HasEvents) Split(content);
        WriteHeader(content, (uint)size);
        var destination = _out.Take(size);
        if (verdict == Verdict.Keep) payload.CopyTo(destination);
        else if (verdict == Verdict.Blank) destination.Clear();
        else _judge.Editor.Write(payload, destination);
        EndEvent(content);
    }

    /// <summary>Whether the header says its own payload size instead of inheriting it.</summary>
    private bool HasOwnSize => !_isCompressed || _sizeAt < _payloadAt;

    private bool NeedsSize(int payloadSize) => _sizeDiffers && !HasOwnSize && payloadSize != _writtenSize;

    private void CopyTo(ReadOnlySpan<byte> content, int end)
    {
        _out.Append(content[_copied..end]);
        _copied = end;
        _isChanged = true;
    }

    private void WriteHeader(ReadOnlySpan<byte> content, uint size)
    {
        if (!_isCompressed)
        {
            var header = _out.Take(_payloadAt - _start);
            content[_start.._payloadAt].CopyTo(header);
            PlainHeader.Patch(header, isV6, _header.Sequence - Dropped(), size);
        }
        else if (_isAnew)
        {
            EncodeHeader(size);
        }
        else
        {
            PatchHeader(content, size);
        }
        if (_header.IsSorted || _written.MetadataId == 0) _readerThread = _header.CaptureThread;
        _sizeDiffers = size != _header.PayloadSize;
        _writtenSize = size;
        _written = _isAnew ? _header with { Sequence = _header.Sequence - Dropped(), PayloadSize = size } : _written;
    }

    private uint Dropped() => _kind == BlockKind.Event && _mender.IsNeeded ? _mender.Dropped(_header.CaptureThread) : 0;

    private void EncodeHeader(uint size)
    {
        var header = _header with { Sequence = _header.Sequence - Dropped(), PayloadSize = size };
        var room = _out.Take(CompressedHeader.MaxSize);
        _out.Untake(room.Length - CompressedHeader.Write(room, isV6, _written, header));
    }

    private void PatchHeader(ReadOnlySpan<byte> content, uint size)
    {
        var kept = _out.Take(_sizeAt - _start);
        content[_start.._sizeAt].CopyTo(kept);
        if (size == _header.PayloadSize && !NeedsSize((int)size))
        {
            _out.Append(content[_sizeAt.._payloadAt]);
            return;
        }
        kept[0] |= (byte)HeaderParts.PayloadSize;
        var room = _out.Take(Varint.MaxSize);
        _out.Untake(room.Length - Varint.Write(room, size));
    }

    private void EndEvent(ReadOnlySpan<byte> content)
    {
        if (!_isCompressed && !isV6) _out.Take(PlainHeader.Align(_out.Length) - _out.Length).Clear();
        _copied = _end;
        if (_out.Length >= NetTraceLimits.SplitBlockSize && _end < content.Length) Split(content);
    }

    private void Drop(ReadOnlySpan<byte> content)
    {
        if (!_isAnew) BeginAnew(content);
        CopyTo(content, _start);
        _copied = _end;
    }

    /// <summary>From here on headers are encoded anew; finds out what the part of the block before said last.</summary>
    private void BeginAnew(ReadOnlySpan<byte> content)
    {
        _isAnew = true;
        EventHeader header = default;
        for (int at = BinaryPrimitives.ReadUInt16LittleEndian(content), end; at < _start; at = end)
        {
            if (!TryReadEvent(content, ref at, ref header, out _, out end)) return;
            if (header.IsSorted || _written.MetadataId == 0) _readerThread = header.CaptureThread;
            _written = header;
        }
        if (_sizeDiffers) _written.PayloadSize = _writtenSize;
    }

    /// <summary>Ends the output block, and begins another that goes on with the events that follow.</summary>
    private void Split(ReadOnlySpan<byte> content)
    {
        ReadWholeHeader(content);
        if (!_isRestChecked && !IsRestWhole(content))
        {
            _fault = NetTraceFault.BadEvent;
            return;
        }
        _isRestChecked = true;
        sink.Write(_kind, _out.Written);
        _unflushed += _out.Length + SplitOverhead;
        BeginBlock(content, HeaderSize);
        _out.TrySetSize(0, HeaderSize);
        _isAnew = true;
    }

    private bool IsRestWhole(ReadOnlySpan<byte> content)
    {
        var header = _header;
        for (int at = _end, end; at < content.Length; at = end)
        {
            if (!TryReadEvent(content, ref at, ref header, out _, out end)) return false;
        }
        return true;
    }

    private bool HasEvents => _out.Length > _eventsAt;

    private void Finish(ReadOnlySpan<byte> content)
    {
        if (!_isChanged)
        {
            sink.Write(_kind, content);
            return;
        }
        CopyTo(content, content.Length);
        if (HasEvents) sink.Write(_kind, _out.Written);
    }
}
