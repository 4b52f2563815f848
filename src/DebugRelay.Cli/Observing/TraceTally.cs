using System.Buffers;
using System.Buffers.Binary;
using System.IO.Pipelines;
using DebugRelay.NetTrace;

namespace DebugRelay.Cli.Observing;

/// <summary>Counts a trace's events while it is being written to a file: how many there are, of which kind, and how many the process lost.</summary>
internal sealed class TraceTally : IAsyncDisposable
{
    // What the counting may be behind. Beyond it the trace goes on uncounted rather than wait for it.
    private const long MostBehind = 64 * 1024 * 1024;

    private readonly Pipe _pipe = new(new PipeOptions(pauseWriterThreshold: 0));
    private readonly Dictionary<EventType, long> _kinds = [];
    private readonly Dictionary<ulong, uint> _last = [];
    private readonly Task _reading;
    private long _behind;
    private bool _gaveUp;

    public TraceTally() => _reading = Task.Run(ReadAsync);

    /// <summary>Events so far.</summary>
    public long Events { get; private set; }

    /// <summary>Events that the process made and could not keep until they were read, so far: by the gaps in its numbering.</summary>
    public long Lost { get; private set; }

    /// <summary>Whether all of the trace was counted.</summary>
    public bool IsWhole => !_gaveUp;

    /// <summary>Lost events of all that there were, 0 to 1.</summary>
    public double LostShare => Events + Lost == 0 ? 0 : Lost / (double)(Events + Lost);

    /// <summary>Takes the next bytes of the trace.</summary>
    public async ValueTask AddAsync(ReadOnlySequence<byte> bytes)
    {
        if (_gaveUp)
            return;
        _gaveUp = Interlocked.Add(ref _behind, bytes.Length) > MostBehind;
        foreach (ReadOnlyMemory<byte> part in bytes)
            _pipe.Writer.Write(part.Span);
        await _pipe.Writer.FlushAsync();
    }

    /// <summary>No more comes: counts to the end.</summary>
    public async Task FinishAsync()
    {
        await _pipe.Writer.CompleteAsync();
        await _reading;
    }

    /// <summary>The kinds of events, most first: `Provider/Event` and how many. Only after <see cref="FinishAsync"/>.</summary>
    public IReadOnlyList<(string Event, long Count)> Kinds()
        => [.. _kinds.GroupBy(kind => $"{kind.Key.Provider}/{NameOf(kind.Key)}", (name, kinds) => (name, kinds.Sum(kind => kind.Value))).OrderByDescending(kind => kind.Item2)];

    public async ValueTask DisposeAsync() => await FinishAsync();

    private static string NameOf(EventType type) => type.Name.Length > 0 ? type.Name : $"{type.EventId}";

    private async Task ReadAsync()
    {
        var reader = new NetTraceReader(new CountingReader(_pipe.Reader, read => Interlocked.Add(ref _behind, -read)));
        while (await reader.ReadAsync())
            Take(reader);
        await _pipe.Reader.CompleteAsync();
    }

    private void Take(NetTraceReader reader)
    {
        NetTraceBlock block = reader.Block;
        if (block.Kind == BlockKind.Event)
        {
            foreach (NetTraceEvent each in block.Events)
            {
                Events++;
                _kinds[each.Type] = _kinds.GetValueOrDefault(each.Type) + 1;
                Note(each.CaptureThread, each.Sequence, isEvent: true);
            }
        }
        else if (block.Kind == BlockKind.SequencePoint && reader.FormatVersion == 4)
        {
            // A time, a count; each: a thread, and the number of the last event that it made, kept or not.
            for (ReadOnlySpan<byte> rest = block.Content[12..]; rest.Length >= 12; rest = rest[12..])
                Note(BinaryPrimitives.ReadUInt64LittleEndian(rest), BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]), isEvent: false);
        }
    }

    /// <summary>A thread's events are numbered one by one: what is left out was lost.</summary>
    private void Note(ulong thread, uint number, bool isEvent)
    {
        if (_last.TryGetValue(thread, out uint last))
        {
            int gap = unchecked((int)(number - last)) - (isEvent ? 1 : 0);
            Lost += Math.Max(0, gap);
        }
        _last[thread] = number;
    }

    /// <summary>Tells how much was read.</summary>
    private sealed class CountingReader(PipeReader inner, Action<long> onRead) : PipeReader
    {
        private ReadOnlySequence<byte> _buffer;

        public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

        public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
        {
            onRead(_buffer.Slice(_buffer.Start, consumed).Length);
            inner.AdvanceTo(consumed, examined);
        }

        public override void CancelPendingRead() => inner.CancelPendingRead();

        public override void Complete(Exception? exception = null) => inner.Complete(exception);

        public override async ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default)
        {
            ReadResult result = await inner.ReadAsync(cancellationToken);
            _buffer = result.Buffer;
            return result;
        }

        public override bool TryRead(out ReadResult result)
        {
            bool has = inner.TryRead(out result);
            if (has)
                _buffer = result.Buffer;
            return has;
        }
    }
}
