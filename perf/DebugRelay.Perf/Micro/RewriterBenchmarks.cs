using BenchmarkDotNet.Attributes;
using DebugRelay.Perf.Rewriter;
using DebugRelay.TestSupport.NetTrace;

namespace DebugRelay.Perf.Micro;

/// <summary>One pass over 10,000 built events, with what it allocates.</summary>
[MemoryDiagnoser]
public class RewriterBenchmarks
{
    private byte[] _trace = [];

    /// <summary>The version of the format.</summary>
    [Params(4, 6)]
    public int Version { get; set; }

    /// <summary>Builds the trace.</summary>
    [GlobalSetup]
    public void Setup()
    {
        var trace = new TraceBuilder(Version).Head().Trace()
            .Metadata(1, "Built", 5, "NumberAndText", new BuiltField("Number", 9), new BuiltField("Text", 18));
        for (var block = 0; block < 20; block++)
        {
            var first = block * 500;
            trace.Events([.. Enumerable.Range(first, 500).Select(i => new BuiltEvent(1, new ByteWriter().I32(i).Text16($"event number {i} of many").ToArray())
            {
                Sequence = i + 1,
                Timestamp = 1_000 + i,
            })]);
        }
        _trace = trace.End().ToArray();
    }

    /// <summary>No string visited.</summary>
    [Benchmark(Baseline = true)]
    public long Keep() => Passes.Keep(_trace);

    /// <summary>Every string visited, none hit.</summary>
    [Benchmark]
    public long Scan() => Passes.Scan(_trace);

    /// <summary>Every string rewritten.</summary>
    [Benchmark]
    public long Lengthen() => Passes.Lengthen(_trace);
}
