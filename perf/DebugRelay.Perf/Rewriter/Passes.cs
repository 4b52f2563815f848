using System.IO.Pipelines;
using DebugRelay.NetTrace;
using Microsoft.Diagnostics.Tracing;

namespace DebugRelay.Perf.Rewriter;

/// <summary>The ways to go once through a trace that lies in memory. Each gives the number of events it saw.</summary>
internal static class Passes
{
    /// <summary>What the worker gives its reader.</summary>
    private const int ReadSize = 128 * 1024;

    /// <summary>The yardstick: TraceEvent reads, and an empty handler takes every event.</summary>
    public static long TraceEvent(byte[] trace)
    {
        using var source = new EventPipeEventSource(new MemoryStream(trace));
        var events = 0L;
        source.AllEvents += _ => events++;
        source.Process();
        return events;
    }

    /// <summary>As <see cref="TraceEvent"/>, with the handler on the parser that knows the events by their metadata: what a tool subscribes to.</summary>
    public static long TraceEventDynamic(byte[] trace)
    {
        using var source = new EventPipeEventSource(new MemoryStream(trace));
        var events = 0L;
        source.Dynamic.All += _ => events++;
        source.Process();
        return events;
    }

    /// <summary>Our own reader, an empty handler.</summary>
    public static long Read(byte[] trace)
    {
        var reader = new NetTraceReader(Input(trace));
        var events = 0L;
        while (reader.ReadAsync().AsTask().GetAwaiter().GetResult())
        {
            foreach (var _ in reader.Block.Events) events++;
        }
        return reader.IsComplete ? events : throw new InvalidOperationException($"{reader.Error}: {reader.Message}");
    }

    public static long Keep(byte[] trace) => Rewrite(Input(trace), new KeepFilter());

    public static long Scan(byte[] trace)
    {
        var filter = new ScanFilter();
        var events = Rewrite(Input(trace), filter);
        return filter is { Strings: > 0, Hits: 0 } ? events : throw new InvalidOperationException("A trace without strings, or with a hit.");
    }

    public static long Lengthen(byte[] trace) => Rewrite(Input(trace), new LengthenFilter());

    private static PipeReader Input(byte[] trace)
        => PipeReader.Create(new MemoryStream(trace), new StreamPipeReaderOptions(bufferSize: ReadSize, minimumReadSize: ReadSize / 2));

    private static long Rewrite(PipeReader input, ITraceFilter filter)
    {
        var output = PipeWriter.Create(Stream.Null, new StreamPipeWriterOptions(minimumBufferSize: ReadSize));
        var summary = NetTraceRewriter.RewriteAsync(input, output, filter).GetAwaiter().GetResult();
        return summary.State == RewriteState.Complete ? summary.Counts.EventsIn : throw new InvalidOperationException($"{summary.State}: {summary.Message}");
    }
}
