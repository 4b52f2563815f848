using System.Buffers;
using System.IO.Pipelines;

namespace DebugRelay.NetTrace;

/// <summary>One rewrite, from the stream's head to its end.</summary>
internal sealed class RewriteRun
{
    private readonly PipeReader _input;
    private readonly PipeWriter _output;
    private readonly Action<RewriteCounts>? _progress;
    private readonly RewriteContext _context;
    private INetTraceFormat? _format;
    private NetTraceFault? _fault;

    public RewriteRun(PipeReader input, PipeWriter output, ITraceFilter filter, Action<RewriteCounts>? progress, Func<bool>? isOverloaded)
    {
        _input = input;
        _output = output;
        _progress = progress;
        _context = new RewriteContext(output, filter, isOverloaded);
    }

    public async Task<RewriteSummary> RunAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            var read = await _input.ReadAsync(cancellationToken);
            var rest = read.Buffer;
            var step = TakePart(ref rest);
            while (step == Step.Taken)
            {
                var flush = await _output.FlushAsync(cancellationToken);
                _progress?.Invoke(_context.Snapshot());
                if (flush.IsCompleted) return Leave(rest, RewriteState.OutputClosed);
                step = TakePart(ref rest);
            }
            if (step == Step.End) return await EndAsync(rest, RewriteState.Complete, cancellationToken);
            if (step == Step.Fault) return await EndAsync(rest, RewriteState.Malformed, cancellationToken);
            if (read.IsCompleted || read.IsCanceled) return await EndAsync(rest, RewriteState.Truncated, cancellationToken);
            _input.AdvanceTo(rest.Start, rest.End);
        }
    }

    private Step TakePart(ref ReadOnlySequence<byte> rest)
    {
        if (_format is null) return StreamHead.Take(ref rest, _context, out _format, out _fault);
        var step = _format.TakePart(ref rest);
        _fault = _format.Fault;
        return step;
    }

    private async ValueTask<RewriteSummary> EndAsync(ReadOnlySequence<byte> rest, RewriteState state, CancellationToken cancellationToken)
    {
        _format?.WriteEnd();
        await _output.FlushAsync(cancellationToken);
        return Leave(rest, state);
    }

    private RewriteSummary Leave(ReadOnlySequence<byte> rest, RewriteState state)
    {
        _input.AdvanceTo(rest.Start);
        return new RewriteSummary(state, _fault?.Error ?? NetTraceError.None, _fault?.Message ?? "", _context.Snapshot());
    }
}
