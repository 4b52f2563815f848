using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

/// <summary>Alone in the process, for what is measured is the whole process's managed memory.</summary>
[CollectionDefinition(nameof(MemoryTests), DisableParallelization = true)]
public class MemoryTestsAlone;

[Collection(nameof(MemoryTests))]
public class MemoryTests
{
    private const long MiB = 1024 * 1024;

    /// <summary>What a stream such as runtimes send may hold.</summary>
    private const long Ceiling = 2 * MiB;

    /// <summary>What no stream may pass, whatever is in it; NetTraceFormat.md adds it up.</summary>
    private const long HostileCeiling = 16 * MiB;

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_long_stream_holds_little(int version)
    {
        const long Length = 220 * MiB;
        const int BlockSize = 100 * 1024;
        var memory = new Memory();
        var summary = await RunAsync(memory, Filter(memory, _ => EventAction.Visit), RepeatingStream.Of(
            () => ManyTypes(version), (t, _) => RuntimeLike(t, version, BlockSize), Length / BlockSize, End(version), 16 * MiB, memory.Measure));

        Assert.Equal((RewriteState.Complete, ""), (summary.State, summary.Message));
        Assert.True(summary.Counts.BytesIn > 200 * MiB);
        Assert.Equal(summary.Counts.EventsIn, summary.Counts.EventsRewritten);
        Assert.True(memory.Measurements > 10);
        Assert.InRange(memory.Most, 0, Ceiling);
    }

    public static TheoryData<string, int> Hostile => new()
    {
        { "largest blocks", 4 }, { "largest blocks", 6 }, { "short texts made long", 4 }, { "short texts made long", 6 },
        { "a block for each event", 4 }, { "a block for each event", 6 }, { "threads to mend", 4 }, { "threads to mend", 6 },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task Nothing_in_the_blocks_makes_a_stream_hold_much(string what, int version)
    {
        var memory = new Memory();
        var summary = await RunAsync(
            memory, Filter(memory, type => type.EventId == 6 ? EventAction.Drop : EventAction.Visit),
            RepeatingStream.Of(
                () => TwoTypes(version), (t, i) => AddHostile(t, what, i), 12, End(version), MiB, memory.Measure));

        Assert.Equal((RewriteState.Complete, ""), (summary.State, summary.Message));
        Assert.True(memory.Measurements > 4);
        Assert.InRange(memory.Most, 0, HostileCeiling);
    }

    [Theory]
    [InlineData("names", 4)]
    [InlineData("names", 6)]
    [InlineData("fields", 4)]
    [InlineData("fields", 6)]
    [InlineData("types", 4)]
    [InlineData("types", 6)]
    public async Task Event_types_end_the_stream_where_they_are_more_than_the_limit(string what, int version)
    {
        var memory = new Memory();
        TraceBuilder? trace = new TraceBuilder(version).Head().Trace();
        var count = what switch { "names" => 600, "fields" => 200, _ => NetTraceLimits.MaxEventTypes + 1 };
        for (var id = 1; id <= count; id++) Define(trace, what, id);
        var bytes = trace.End().ToArray();
        trace = null;
        var summary = await RunAsync(memory, Filter(memory, type => MeasureSometimes(type, memory)), new MemoryStream(bytes));

        Assert.Equal((RewriteState.Malformed, NetTraceError.TooLarge), (summary.State, summary.Error));
        Assert.True(memory.Measurements > 2);
        Assert.InRange(memory.Most, 0, HostileCeiling);
    }

    private static EventAction MeasureSometimes(EventType type, Memory memory)
    {
        if (type.MetadataId % (type.MetadataId < 256 ? 8 : 1_024) == 0) memory.Measure();
        return EventAction.Keep;
    }

    [Fact]
    public async Task A_field_whose_path_repeats_long_names_is_not_known()
    {
        IReadOnlyList<BuiltField> fields = [.. Enumerable.Range(0, 900).Select(_ => new BuiltField("", 9))];
        for (var depth = 0; depth < 10; depth++) fields = [new BuiltField(new string('n', 4_000), 1, fields)];
        var trace = new TraceBuilder().Head().Trace().Metadata(1, "P", 1, "E", [.. fields]).End().ToArray();
        var known = true;
        var (_, summary) = await Rewriting.RunAsync(trace, new Filter(type =>
        {
            known = type.IsSchemaKnown;
            return EventAction.Visit;
        }));
        Assert.Equal((RewriteState.Complete, false), (summary.State, known));
    }

    [Fact]
    public async Task Labels_that_a_filter_makes_long_do_not_grow_without_end()
    {
        var labels = new ByteWriter().I32(1).I32(200_000);
        for (var i = 0; i < 200_000; i++) labels.U8(0x85).U8(0).U8(0);
        var trace = new TraceBuilder(6).Head().Trace().Block(8, "", labels.ToArray()).End().ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, new LongTexts());
        Assert.Equal((RewriteState.Malformed, NetTraceError.TooLarge), (summary.State, summary.Error));
        Assert.Equal(new TraceBuilder(6).Head().Trace().End().ToArray(), output);
    }

    /// <summary>As the worker reads a target's socket and writes to its own.</summary>
    private static async Task<RewriteSummary> RunAsync(Memory memory, ITraceFilter filter, Stream stream)
    {
        memory.Begin();
        var input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: 128 * 1024, minimumReadSize: 64 * 1024));
        var output = PipeWriter.Create(Stream.Null);
        var summary = await NetTraceRewriter.RewriteAsync(input, output, filter, cancellationToken: TestContext.Current.CancellationToken);
        await input.CompleteAsync();
        await output.CompleteAsync();
        return summary;
    }

    /// <summary>Makes every text 200 characters long, and measures in the middle of it now and then.</summary>
    private static Filter Filter(Memory memory, Func<EventType, EventAction> plan)
    {
        var masked = new string('m', 200);
        var visits = 0;
        return new Filter(plan, (type, ref fields) =>
        {
            for (var i = 0; i < fields.Count; i++) fields.Replace(i, masked);
            if (++visits % (visits < 100 ? 10 : 100_000) == 0) memory.Measure();
            return EventAction.Keep;
        });
    }

    private static byte[] End(int version) => new TraceBuilder(version).End().ToArray();

    private static TraceBuilder TwoTypes(int version)
        => BuiltTraces.Begin(version, isCompressed: true).Metadata(2, BuiltTraces.Provider, 6, "Dropped", BuiltTraces.Text("Text"));

    /// <summary>As many types as a talkative ASP.NET Core service defines.</summary>
    private static TraceBuilder ManyTypes(int version)
    {
        var trace = BuiltTraces.Begin(version, isCompressed: true);
        for (var id = 2; id <= 500; id++)
        {
            trace.Metadata(id, "Microsoft-AspNetCore-Server-Kestrel", id, $"ConnectionStarted{id}", [.. Enumerable.Range(0, 8).Select(
                i => BuiltTraces.Text($"FieldOfTheEvent{i}"))]);
        }
        return trace;
    }

    private static void RuntimeLike(TraceBuilder trace, int version, int size)
    {
        var text = new string('x', 100);
        trace.Events([.. Enumerable.Range(1, size / 220).Select(i => new BuiltEvent(1, BuiltTraces.NumberAndText(i, text))
        {
            Thread = 1 + (i / 20 % 3), Sequence = i, Timestamp = 1_000 + i, Stack = i % 3, IsSorted = i % 20 == 0 || i == 1,
        })]);
        trace.Stacks(1, new byte[16], new byte[80]).SequencePoint(9_000, (1, 500), (2, 500), (3, 500));
        if (version == 6) trace.Labels(1, "label one", "label two");
    }

    private static void AddHostile(TraceBuilder trace, string what, int block)
    {
        var room = NetTraceLimits.MaxBlockSize - 1_000;
        switch (what)
        {
            case "largest blocks":
                trace.Events([.. Enumerable.Range(1, room / 60_100).Select(
                    i => new BuiltEvent(1, BuiltTraces.NumberAndText(i, new string('x', 30_000))) { Sequence = i })]);
                trace.Stacks(1, new byte[room / 8 * 8]);
                break;
            case "short texts made long":
                trace.Events([.. Enumerable.Range(1, room / 8).Select(i => new BuiltEvent(1, new byte[6]) { Sequence = i })]);
                break;
            case "a block for each event":
                // Unsorted, each of another thread than the one before, with one dropped first.
                trace.Events([.. Enumerable.Range(1, room / 20).Select(i => i == 1
                    ? new BuiltEvent(2, new byte[2])
                    : new BuiltEvent(1, new byte[6]) { Thread = 1 + (i % 2), Sequence = i, IsSorted = i == 2 })]);
                break;
            default:
                // Dropped events, each of a thread of its own: more threads than are mended.
                trace.Events([.. Enumerable.Range(0, room / 18).Select(
                    i => new BuiltEvent(2, new byte[2]) { Thread = (block * 100_000L) + i, Sequence = 1 })]);
                break;
        }
    }

    private static void Define(TraceBuilder trace, string what, int id)
    {
        switch (what)
        {
            case "names":
                trace.Metadata(id, new string('p', 4_096), id, new string('n', 4_096));
                break;
            case "fields":
                trace.Metadata(id, "P", id, "E", [.. Enumerable.Range(0, 1_024).Select(_ => new BuiltField("", 9))]);
                break;
            default:
                trace.Metadata(id, "", 0, "");
                break;
        }
    }

    private sealed class Memory
    {
        private long _before;

        public long Most { get; private set; }

        public int Measurements { get; private set; }

        public void Begin() => _before = Now();

        public void Measure()
        {
            Most = Math.Max(Most, Now() - _before);
            Measurements++;
        }

        private static long Now()
        {
            GC.Collect();
            return GC.GetTotalMemory(forceFullCollection: false);
        }
    }

    private sealed class LongTexts : ITraceFilter
    {
        public EventAction Plan(EventType type) => EventAction.Keep;

        public EventAction Visit(EventType type, ref EventFields fields) => EventAction.Keep;

        public string VisitText(StreamText place, string name, string text) => new('l', 4_000);
    }
}
