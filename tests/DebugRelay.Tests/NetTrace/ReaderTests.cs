using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

/// <summary>The reader, held against TraceEvent and against the rewriter.</summary>
public class ReaderTests
{
    public static TheoryData<string> Streams => ["managed", "indescribable", "runtime", "V4 built", "V6 built"];

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task It_reads_what_TraceEvent_reads(string stream)
    {
        var trace = await StreamAsync(stream);
        var read = new List<string>();
        NetTraceReader? reader = null;
        var events = new List<(string Provider, int Id, ulong Timestamp, string Payload, Guid Activity, Guid Related)>();
        reader = await Reading.OfAsync(trace, (in e) => events.Add((
            e.Type.Provider, e.Type.EventId, e.Timestamp, Convert.ToHexString(e.Payload), e.Activity, e.RelatedActivity)));

        Assert.Equal((true, NetTraceError.None, 0L), (reader.IsComplete, reader.Error, reader.UndefinedEvents));
        Assert.Equal((stream == "V6 built" ? 6 : 4, 8), (reader.FormatVersion, reader.PointerSize));
        var expected = TraceReading.Of(trace);
        // The collector's own events, which TraceEvent gives other numbers.
        const int Dynamic = 39;
        events.RemoveAll(e => e.Provider == "Microsoft-Windows-DotNETRuntime" && e.Id == Dynamic);
        Assert.Equal(
            expected.Events.Where(e => e.Id < 0xFF00).Select(e => Line(e.Provider, e.Id, e.Milliseconds, e.PayloadHex, e.Activity, e.RelatedActivity)).Order(StringComparer.Ordinal),
            events.Select(e => Line(
                e.Provider, e.Id, ((long)e.Timestamp - (long)reader.StartTimestamp) * 1000.0 / reader.TicksPerSecond, e.Payload, e.Activity, e.Related))
                .Order(StringComparer.Ordinal));
        if (stream is "managed") Assert.InRange(reader.StartTime!.Value, DateTime.UtcNow.AddMinutes(-10), DateTime.UtcNow);
    }

    [Theory]
    [MemberData(nameof(Streams))]
    public async Task The_sizes_of_reads_do_not_matter(string stream)
    {
        var trace = await StreamAsync(stream);
        if (stream == "runtime") trace = trace[..300_000];
        var random = new Random(5);
        var whole = await FingerprintAsync(trace, () => int.MaxValue);
        Assert.Equal(whole, await FingerprintAsync(trace, () => 1));
        Assert.Equal(whole, await FingerprintAsync(trace, () => random.Next(1, 5_000)));
    }

    [Fact]
    public async Task It_gives_the_values_of_events()
    {
        var seen = new HashSet<string>();
        await Reading.OfAsync(await Traces.ManagedAsync(), (in e) =>
        {
            Assert.True(e.Payload.IsEmpty || e.TryGetValues(out _), e.Type.Name);
            if (e.Type.Name != "Two" || !e.TryGetValues(out var values)) return;
            Assert.Equal(3, values.Count);
            seen.Add($"{values[0].Name} {BitConverter.ToInt32(values.Bytes(0))}, {values[1].Name} {values.Text(1)}, {values[2].Name} {values.Text(2)}");
        });
        Assert.Contains(seen, line => line.EndsWith("second xxx", StringComparison.Ordinal) && line.Contains(" 3, first first alice@example.com", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_event_whose_layout_is_not_known_has_no_values()
    {
        var unreadable = 0;
        await Reading.OfAsync(await Traces.IndescribableAsync(), (in e) => unreadable += e.TryGetValues(out _) ? 0 : 1);
        Assert.Equal(5, unreadable);
    }

    [Theory]
    [MemberData(nameof(MalformedTests.Faults), MemberType = typeof(MalformedTests))]
    public async Task A_fault_has_the_name_that_the_rewriter_gives_it(string fault, NetTraceError error)
    {
        var trace = MalformedTests.Broken(fault);
        var events = 0;
        var reader = await Reading.OfAsync(trace, (in e) => events++);
        var (_, summary) = await Rewriting.RunAsync(trace, Filter.KeepAll);
        Assert.Equal((error, summary.Message, false), (reader.Error, reader.Message, reader.IsComplete));
        Assert.Equal(summary.Counts.EventsOut, events);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_stream_cut_anywhere_gives_its_whole_blocks(int version)
    {
        var trace = BuiltTraces.Mixed(version, isCompressed: true);
        for (var length = 0; length < trace.Length; length += 11)
        {
            var events = 0;
            var reader = await Reading.OfAsync(trace[..length], (in e) => events++);
            var (_, summary) = await Rewriting.RunAsync(trace[..length], Filter.KeepAll);
            Assert.Equal((false, NetTraceError.None, summary.Counts.EventsOut), (reader.IsComplete, reader.Error, events));
        }
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Blocks_come_with_their_kinds_and_events_of_undefined_types_are_counted(int version)
    {
        var trace = BuiltTraces.Begin(version, true).Stacks(1, new byte[8]).Events(
            new BuiltEvent(9, [1]), new BuiltEvent(1, BuiltTraces.NumberAndText(1, "a")) { Sequence = 2, Stack = 1 }).SequencePoint(5_000, (1, 2)).End().ToArray();
        var kinds = new List<BlockKind>();
        var stacks = new List<uint>();
        var reader = await Reading.OfAsync(trace, (in e) => stacks.Add(e.Stack), onBlock: kinds.Add);
        Assert.Equal((1, true), (reader.UndefinedEvents, reader.IsComplete));
        Assert.Equal([1u], stacks);
        BlockKind[] rows = version == 6 ? [BlockKind.Thread, BlockKind.LabelList] : [];
        Assert.Equal([BlockKind.Trace, .. rows, BlockKind.Metadata, BlockKind.Stack, BlockKind.Event, BlockKind.SequencePoint], kinds);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public void An_event_allocates_nothing(int version)
    {
        var few = LeastAllocated(Repeated(version, 10));
        Assert.Equal(few, LeastAllocated(Repeated(version, 200)));
    }

    private static long LeastAllocated(byte[] trace) => Enumerable.Range(0, 8).Min(_ => Allocated(trace));

    private static byte[] Repeated(int version, int blocks)
    {
        var trace = BuiltTraces.Begin(version, isCompressed: true);
        for (var block = 0; block < blocks; block++)
            trace.Events([.. Enumerable.Range(0, 100).Select(i => new BuiltEvent(1, BuiltTraces.NumberAndText(i, $"text {i}")) { Sequence = i, Timestamp = 1_000 + i })]);
        return trace.End().ToArray();
    }

    private static long Allocated(byte[] trace)
    {
        var input = PipeReader.Create(new ReadOnlySequence<byte>(trace));
        var before = GC.GetAllocatedBytesForCurrentThread();
        var reader = new NetTraceReader(input);
        var characters = 0;
        while (ReadsAtOnce(reader))
        {
            foreach (var e in reader.Block.Events)
            {
                if (e.TryGetValues(out var values)) characters += values.Text(1).Length;
            }
        }
        Assert.True(characters > 5_000);
        return GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static bool ReadsAtOnce(NetTraceReader reader)
    {
        var reading = reader.ReadAsync(TestContext.Current.CancellationToken).AsTask();
        Assert.True(reading.IsCompletedSuccessfully);
        return reading.Result;
    }

    private static async Task<string> FingerprintAsync(byte[] trace, Func<int> size)
    {
        var hash = default(HashCode);
        var events = 0;
        var reader = await Reading.OfAsync(trace, (in e) =>
        {
            events++;
            hash.Add(e.Timestamp);
            hash.Add(e.Sequence);
            hash.Add(e.CaptureThread);
            hash.Add(e.Stack);
            hash.AddBytes(e.Payload);
        }, size);
        return $"{events} {hash.ToHashCode()} {reader.IsComplete} {reader.Error}";
    }

    private static string Line(string provider, int id, double milliseconds, string payload, Guid activity, Guid related)
        => string.Create(CultureInfo.InvariantCulture, $"{provider}/{id} {milliseconds:F4} {payload} {activity} {related}");

    private static Task<byte[]> StreamAsync(string name) => name switch
    {
        "managed" => Traces.ManagedAsync(),
        "indescribable" => Traces.IndescribableAsync(),
        "runtime" => Traces.RuntimeAsync(),
        _ => Task.FromResult(BuiltTraces.Mixed(name == "V6 built" ? 6 : 4, isCompressed: true)),
    };
}
