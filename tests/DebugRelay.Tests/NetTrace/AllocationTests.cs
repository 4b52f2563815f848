using System.Buffers;
using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class AllocationTests
{
    [Theory]
    [InlineData(EventAction.Keep)]
    [InlineData(EventAction.Visit)]
    public void An_event_allocates_nothing(EventAction plan)
    {
        var few = TraceOf(blocks: 10);
        var many = TraceOf(blocks: 200);
        Assert.Equal(LeastAllocated(few, plan), LeastAllocated(many, plan));
    }

    /// <summary>The least of some runs: a run may also pay for the runtime's own work, such as compiling again.</summary>
    private static long LeastAllocated(byte[] trace, EventAction plan) => Enumerable.Range(0, 8).Min(_ => Allocated(trace, plan));

    private static byte[] TraceOf(int blocks)
    {
        var trace = BuiltTraces.Begin(4, isCompressed: true);
        var sequence = 0;
        for (var block = 0; block < blocks; block++)
        {
            trace.Events([.. Enumerable.Range(0, 100).Select(i => new BuiltEvent(1, BuiltTraces.NumberAndText(i, $"text {i}"))
            {
                Sequence = ++sequence,
                Timestamp = 1_000 + sequence,
            })]);
        }
        return trace.End().ToArray();
    }

    private static long Allocated(byte[] trace, EventAction plan)
    {
        var length = 0;
        var filter = new Filter(_ => plan, (type, ref fields) =>
        {
            for (var i = 0; i < fields.Count; i++) length += fields.Text(i).Length;
            return EventAction.Keep;
        });
        var input = PipeReader.Create(new ReadOnlySequence<byte>(trace));
        var output = new NowhereWriter();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var rewriting = NetTraceRewriter.RewriteAsync(input, output, filter, cancellationToken: TestContext.Current.CancellationToken);
        var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        Assert.True(rewriting.IsCompletedSuccessfully);
        Assert.Equal(plan == EventAction.Visit, length > 0);
        return allocated;
    }

    /// <summary>A pipe that forgets what is written to it.</summary>
    private sealed class NowhereWriter : PipeWriter
    {
        private readonly byte[] _buffer = new byte[256 * 1024];

        public override void Advance(int bytes)
        {
        }

        public override Memory<byte> GetMemory(int sizeHint = 0) => _buffer;

        public override Span<byte> GetSpan(int sizeHint = 0) => _buffer;

        public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) => default;

        public override void CancelPendingFlush()
        {
        }

        public override void Complete(Exception? exception = null)
        {
        }
    }
}
