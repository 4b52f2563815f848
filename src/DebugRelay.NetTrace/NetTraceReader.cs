using System.Buffers;
using System.IO.Pipelines;

namespace DebugRelay.NetTrace;

/// <summary>
/// Reads a nettrace stream (V4, V5 or V6) block by block, and the events of a block one by one, as views of the bytes at hand. Nothing is allocated
/// for an event, and never more is held than a block and the event types. Bad input ends the stream after the last whole block, with a named error,
/// and never throws. Used from one thread at a time.
/// </summary>
/// <example>
/// <code>
/// var reader = new NetTraceReader(input);
/// while (await reader.ReadAsync())
/// {
///     foreach (var e in reader.Block.Events) Console.WriteLine($"{e.Type.Provider} {e.Type.EventId}: {e.Payload.Length} bytes");
/// }
/// </code>
/// </example>
/// <param name="input">The stream. It is not completed here.</param>
public sealed class NetTraceReader(PipeReader input)
{
    private readonly BlockReader _blocks = new();
    private ReadOnlySequence<byte> _rest;
    private long _offset;
    private bool _hasHead;
    private bool _isV6;
    private bool _isHolding;
    private bool _isEnded;

    /// <summary>
    /// The major version of the format: 4 or 6; 0 before the first block. V5 is V4 with tags in its metadata, and says that it is 4.
    /// </summary>
    public int FormatVersion => !_hasHead ? 0 : _isV6 ? 6 : 4;

    /// <summary>Bytes of a pointer in the traced process, 4 or 8; 0 before the first block.</summary>
    public int PointerSize => _blocks.Trace?.PointerSize ?? 0;

    /// <summary>When the trace began, in UTC; null where the stream does not say so, and before the first block.</summary>
    public DateTime? StartTime => _blocks.Trace?.StartTime;

    /// <summary>The clock when the trace began, in ticks.</summary>
    public ulong StartTimestamp => _blocks.Trace?.StartTimestamp ?? 0;

    /// <summary>Ticks of <see cref="StartTimestamp"/> and <see cref="NetTraceEvent.Timestamp"/> a second. A hostile stream may say 0.</summary>
    public ulong TicksPerSecond => _blocks.Trace?.TicksPerSecond ?? 0;

    /// <summary>Events that were left out because no metadata defines their type.</summary>
    public long UndefinedEvents => _blocks.UndefinedEvents;

    /// <summary>Whether the stream ended with its end tag. Where it did not and there is no error, it was cut.</summary>
    public bool IsComplete { get; private set; }

    /// <summary>In what way the stream broke the format.</summary>
    public NetTraceError Error { get; private set; }

    /// <summary>The error in a few words that never quote the stream; empty without one.</summary>
    public string Message { get; private set; } = "";

    /// <summary>The block at hand, valid until the next call of <see cref="ReadAsync"/>. Empty before the first and after the last.</summary>
    public NetTraceBlock Block => new(_isHolding ? _blocks : null);

    /// <summary>
    /// Goes on to the next block; false at the end of the stream, its first fault, or its cut. <see cref="PipeReader.CancelPendingRead"/> on the input
    /// cuts it.
    /// </summary>
    /// <exception cref="OperationCanceledException">The token was cancelled; the next call goes on where this one was.</exception>
    public ValueTask<bool> ReadAsync(CancellationToken cancellationToken = default)
    {
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<bool>(cancellationToken);
        if (_isHolding) input.AdvanceTo(_rest.Start);
        _isHolding = false;
        // What has come is taken without the cost of an asynchronous method.
        while (!_isEnded && input.TryRead(out var read))
        {
            if (TryTake(read)) return new ValueTask<bool>(true);
        }
        return _isEnded ? new ValueTask<bool>(false) : ReadOnAsync(cancellationToken);
    }

    private async ValueTask<bool> ReadOnAsync(CancellationToken cancellationToken)
    {
        while (!_isEnded)
        {
            if (TryTake(await input.ReadAsync(cancellationToken))) return true;
        }
        return false;
    }

    private bool TryTake(in ReadResult read)
    {
        _rest = read.Buffer;
        var step = Take();
        if (step == Step.Taken) return _isHolding = true;
        _isEnded = step != Step.NeedMore || read.IsCompleted || read.IsCanceled;
        IsComplete = step == Step.End;
        input.AdvanceTo(_rest.Start, _isEnded ? _rest.Start : _rest.End);
        return false;
    }

    private Step Take()
    {
        if (!_hasHead)
        {
            var head = StreamHead.TryRead(_rest, out _isV6, out var length, out var wrong);
            if (head != Step.Taken) return Leave(head, wrong);
            _hasHead = true;
            _blocks.Begin(_isV6);
            Advance(length);
        }
        var step = Frame.TryRead(_rest, _isV6, _offset, _blocks.Trace is not null, out var frame, out var fault);
        if (step == Step.Taken) fault = _blocks.Take(frame.Kind, frame.Content(_rest));
        if (fault is null && step != Step.NeedMore) Advance(frame.Length);
        return Leave(fault is null ? step : Step.Fault, fault);
    }

    private void Advance(int length)
    {
        _rest = _rest.Slice(length);
        _offset += length;
    }

    private Step Leave(Step step, NetTraceFault? fault)
    {
        if (fault is not null) (Error, Message) = (fault.Error, fault.Message);
        return step;
    }
}
