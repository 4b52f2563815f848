using System.Text;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class BuiltStreamTests
{
    public static TheoryData<int, bool> Forms => new() { { 4, true }, { 4, false }, { 6, true }, { 6, false } };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Keeping_or_only_visiting_gives_the_same_bytes(int version, bool isCompressed)
    {
        var trace = BuiltTraces.Mixed(version, isCompressed);
        foreach (var filter in new[] { Filter.KeepAll, Filter.VisitAll })
        {
            var (output, summary) = await Rewriting.RunAsync(trace, filter, () => 13);
            Assert.Equal(RewriteState.Complete, summary.State);
            Assert.Equal(trace, output);
            Assert.Equal(150, summary.Counts.EventsOut);
            Assert.Empty(summary.Counts.Blanked);
            Assert.Equal(trace.Length, summary.Counts.BytesIn);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Rewritten_texts_are_read_back(int version, bool isCompressed)
    {
        var (output, _) = await Rewriting.RunAsync(BuiltTraces.Mixed(version, isCompressed), Filter.Replacing(text => text + "-" + text));
        var seen = new List<string>();
        var (again, summary) = await Rewriting.RunAsync(output, new Filter(_ => EventAction.Visit, (type, ref fields) =>
        {
            seen.Add(fields.Text(0).ToString());
            return EventAction.Keep;
        }));

        Assert.Equal(RewriteState.Complete, summary.State);
        Assert.Equal(output, again);
        Assert.Equal(150, seen.Count);
        Assert.Equal("text xxx-text xxx", seen[3]);
        if (isCompressed) Assert.Equal(150, TraceReading.Of(output).Events.Count(e => e.Values.Contains("-text", StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Drops_are_no_losses(int version)
    {
        var trace = BuiltTraces.Mixed(version, isCompressed: true);
        for (var every = 2; every <= 6; every++)
        {
            var count = 0;
            var (output, summary) = await Rewriting.RunAsync(trace, new Filter(
                _ => EventAction.Visit, (type, ref fields) => count++ % every == 0 ? EventAction.Drop : EventAction.Keep));
            var read = TraceReading.Of(output);
            Assert.Equal(0, read.EventsLost);
            Assert.Equal(summary.Counts.EventsOut, read.Events.Count);
            Assert.Equal(150 - summary.Counts.Dropped[DropReason.Filter], read.Events.Count);
        }
    }

    [Fact]
    public async Task A_loss_before_the_rewriter_stays_visible()
    {
        var trace = BuiltTraces.Begin(4, isCompressed: true)
            .Events(Event(1), Event(2), Event(5)).SequencePoint(9_000, (1, 7)).End().ToArray();
        var count = 0;
        var (output, _) = await Rewriting.RunAsync(trace, new Filter(
            _ => EventAction.Visit, (type, ref fields) => count++ == 1 ? EventAction.Drop : EventAction.Keep));

        Assert.Equal(4, TraceReading.Of(trace).EventsLost);
        Assert.Equal(4, TraceReading.Of(output).EventsLost);

        static BuiltEvent Event(int sequence) => new(1, BuiltTraces.NumberAndText(1, "a")) { Sequence = sequence, Timestamp = 1_000 + sequence };
    }

    [Fact]
    public async Task A_block_that_grows_is_split_and_an_event_stays_within_what_readers_hold()
    {
        var events = Enumerable.Range(1, 40)
            .Select(i => new BuiltEvent(1, BuiltTraces.NumberAndText(i, "a")) { Sequence = i, Timestamp = 1_000 + i });
        var trace = BuiltTraces.Begin(4, isCompressed: true).Events([.. events]).End().ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.Replacing(_ => new string('y', 40_000)));

        var read = TraceReading.Of(output);
        Assert.Equal(0, read.EventsLost);
        Assert.Equal(40, summary.Counts.ReplacementsCut);
        Assert.Equal(Enumerable.Range(1, 40).Select(i => $"Number={i}; Text={new string('y', (65_000 - 6) / 2)}"), read.Events.Select(e => e.Values));
    }

    [Fact]
    public async Task Texts_of_V6_outside_events_do_not_pass_unless_the_filter_lets_them()
    {
        var trace = BuiltTraces.Mixed(6, isCompressed: true);
        var (output, summary) = await Rewriting.RunAsync(trace, new SilentFilter());

        Assert.Equal(RewriteState.Complete, summary.State);
        foreach (var text in new[] { "custom value", "second thread", "label two", "template of", "description" })
        {
            Assert.True(trace.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) >= 0);
            Assert.True(output.AsSpan().IndexOf(Encoding.UTF8.GetBytes(text)) < 0);
        }
        Assert.Equal(TraceReading.Of(trace).Events, TraceReading.Of(output).Events);
    }

    [Fact]
    public async Task Every_shape_of_V6_field_can_be_replaced()
    {
        BuiltField[] fields =
        [
            new("Varint", 21), new("Name", 24, Element: 23), new("Tags", 19, Element: 23),
            new("Code", 22, Element: 4, Length: 4), new("Path", 25, Element: 23), new("Last", 18),
        ];
        // Varint 1 byte, RelLoc 4, array 2 + 3, fixed 8, DataLoc 4, text 4: the arrays begin at 26.
        var payload = new ByteWriter().U8(5).I32((6 << 16) | (26 - 5)).I16(3).Raw("tag"u8)
            .Raw(Encoding.Unicode.GetBytes("code")).I32((5 << 16) | 32).Text16("z")
            .Raw("secret"u8).Raw("/path"u8).ToArray();
        var trace = new TraceBuilder(6).Head().Trace().Threads((1, "t"))
            .Metadata(1, "P", 1, "E", fields).Events(new BuiltEvent(1, payload)).End().ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.Replacing(text => text.ToUpperInvariant() + "é"));
        Assert.Empty(summary.Counts.Blanked);
        var seen = new List<string>();
        await Rewriting.RunAsync(output, new Filter(_ => EventAction.Visit, (type, ref fields) =>
        {
            for (var i = 0; i < fields.Count; i++) seen.Add($"{fields[i].Path}={fields.Text(i)}");
            return EventAction.Keep;
        }));
        Assert.Equal(["Tags=TAGé", "Code=CODE", "Last=Zé", "Name=SECRET", "Path=/PATH"], seen);
    }

    [Fact]
    public async Task Unknown_blocks_of_V6_are_dropped_and_counted()
    {
        var trace = new TraceBuilder(6).Head().Trace().Block(77, "", BuiltTraces.Utf8("secret")).End().ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.KeepAll);
        Assert.Equal(1, summary.Counts.Dropped[DropReason.UnknownBlock]);
        Assert.Equal(new TraceBuilder(6).Head().Trace().End().ToArray(), output);
    }

    private sealed class SilentFilter : ITraceFilter
    {
        public EventAction Plan(EventType type) => EventAction.Keep;

        public EventAction Visit(EventType type, ref EventFields fields) => EventAction.Keep;

        public string VisitText(StreamText place, string name, string text)
            => place is StreamText.ProviderName or StreamText.EventName or StreamText.FieldName ? text : "";
    }
}
