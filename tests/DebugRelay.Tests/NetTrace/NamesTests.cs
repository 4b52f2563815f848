using System.Text;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

/// <summary>The names in metadata: the filter is asked about each, and what it answers is what readers see.</summary>
public class NamesTests
{
    private const string Secret = "of alice@example.com";

    /// <summary>Version, compressed headers, the older list of fields.</summary>
    public static TheoryData<int, bool, bool> Forms => new()
    {
        { 4, true, false }, { 4, false, false }, { 4, true, true }, { 4, false, true }, { 6, true, false }, { 6, false, false },
    };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Every_name_can_be_replaced_and_readers_see_what_took_its_place(int version, bool isCompressed, bool hasOlderFields)
    {
        var trace = Build(version, isCompressed, hasOlderFields);
        var (same, _) = await Rewriting.RunAsync(trace, new Naming((_, text) => text));
        Assert.Equal(trace, same);
        foreach (var mask in new[] { "masked", "", "longer than what stood there before, by far" })
        {
            var asked = new HashSet<(StreamText, string)>();
            var (output, summary) = await Rewriting.RunAsync(trace, new Naming((place, text) =>
            {
                asked.Add((place, text));
                return text.Replace(Secret, mask, StringComparison.Ordinal);
            }));

            Assert.Equal(RewriteState.Complete, summary.State);
            Assert.Contains((StreamText.ProviderName, "Provider " + Secret), asked);
            Assert.Contains((StreamText.EventName, "Event " + Secret), asked);
            Assert.Contains((StreamText.FieldName, "Inner " + Secret), asked);
            Assert.True(output.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Secret)) < 0);
            Assert.True(output.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) < 0);
            Assert.Equal(
                [$"Provider {mask}/Event {mask}: Number=7, Object {mask}.Inner {mask}=in, Text {mask}=out", "Plain/Other: Name=last"],
                await ReadAsync(output));
            // TraceEvent reads no uncompressed headers.
            if (!isCompressed) continue;
            var read = TraceReading.Of(output);
            Assert.Equal(0, read.EventsLost);
            // TraceEvent puts the opcode of the older form behind the name.
            Assert.Equal([$"Provider {mask}: Event {mask}", "Plain: Other"], read.Events.Select(
                e => $"{e.Provider}: {e.Name.Replace("/Transfer", "", StringComparison.Ordinal)}"));
            Assert.Contains($"Text {mask}=out", read.Events[0].Values, StringComparison.Ordinal);
            Assert.Equal("Name=last", read.Events[1].Values);
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Without_an_answer_no_name_passes_and_the_stream_reads_to_its_end(int version, bool isCompressed, bool hasOlderFields)
    {
        var (output, summary) = await Rewriting.RunAsync(Build(version, isCompressed, hasOlderFields), new Naming((_, _) => ""));

        Assert.Equal((RewriteState.Complete, 2), (summary.State, summary.Counts.EventsOut));
        foreach (var name in new[] { "Provider", "Event", "Number", "Inner", "Plain", "Other", "Name" })
        {
            Assert.True(output.AsSpan().IndexOf(Encoding.Unicode.GetBytes(name)) < 0, name);
            Assert.True(output.AsSpan().IndexOf(Encoding.UTF8.GetBytes(name)) < 0 || name is "Event", name);
        }
        if (isCompressed) Assert.Equal(2, TraceReading.Of(output).Events.Count);
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task What_is_not_known_of_a_definition_does_not_pass_unasked(int version, bool isCompressed, bool hasOlderFields)
    {
        BuiltField[] fields = [new("Known", 18), new("Unknown " + Secret, 77)];
        var trace = Begin(version, isCompressed, hasOlderFields)
            .Metadata(1, "P", 1, "E", fields).Events(new BuiltEvent(1, new byte[4])).End().ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, new Naming((_, text) => text));
        Assert.Equal((RewriteState.Complete, 1), (summary.State, summary.Counts.Blanked[BlankReason.UnknownSchema]));
        Assert.True(output.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Secret)) < 0 && output.AsSpan().IndexOf(Encoding.UTF8.GetBytes(Secret)) < 0);
    }

    [Theory]
    [InlineData("unknown tag", 9, 0)]
    [InlineData("opcode of two bytes", 1, 0)]
    [InlineData("bytes behind the fields", 2, 1)]
    [InlineData("fields twice", 2, 2)]
    public async Task A_tag_that_holds_more_than_is_known_does_not_pass(string what, int kind, int form)
    {
        var list = new ByteWriter().I32(0);
        if (form == 1) list.Raw(Encoding.Unicode.GetBytes(Secret));
        var definition = new ByteWriter().I32(1).Text16("P").I32(1).Text16(what).I64(0).I32(0).I32(4).I32(0);
        for (var times = form == 2 ? 2 : 1; times > 0; times--)
        {
            var content = form == 0 ? Encoding.Unicode.GetBytes(Secret) : list.ToArray();
            definition.I32(content.Length).U8(kind).Raw(content);
        }
        var trace = new TraceBuilder().Head().Trace().Block(3, "MetadataBlock", new ByteWriter().I16(20).I16(1).I64(0).I64(0)
            .U8(0x80).Varint(0).Varint((ulong)definition.Length).Raw(definition.ToArray()).ToArray()).End().ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, new Naming((_, text) => text));
        Assert.Equal(RewriteState.Complete, summary.State);
        Assert.True(output.AsSpan().IndexOf(Encoding.Unicode.GetBytes(Secret)) < 0);
        Assert.True(output.Length < trace.Length);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task Long_answers_are_cut_and_many_of_them_end_the_stream(int version)
    {
        var one = new TraceBuilder(version).Head().Trace().Metadata(1, "P", 1, "E", new BuiltField("f", 9)).End().ToArray();
        var (output, _) = await Rewriting.RunAsync(one, new Naming((_, _) => new string('l', 5_000)));
        EventType? type = null;
        await Rewriting.RunAsync(output, new Filter(t =>
        {
            type = t;
            return EventAction.Keep;
        }));
        Assert.Equal((256, 256, 256), (type!.Provider.Length, type.Name.Length, type.Fields[0].Name.Length));

        BuiltField[] fields = [.. Enumerable.Range(0, 1_000).Select(_ => new BuiltField("f", 9))];
        var many = new TraceBuilder(version).Head().Trace().Metadata(1, "P", 1, "E", fields).End().ToArray();
        var (_, summary) = await Rewriting.RunAsync(many, new Naming((_, _) => new string('l', 5_000)));
        Assert.Equal((RewriteState.Malformed, NetTraceError.TooLarge), (summary.State, summary.Error));
    }

    private static TraceBuilder Begin(int version, bool isCompressed, bool hasOlderFields)
    {
        var trace = new TraceBuilder(version, isCompressed) { HasOlderFields = hasOlderFields }.Head().Trace();
        return version == 6 ? trace.Threads((1, "first")) : trace;
    }

    private static byte[] Build(int version, bool isCompressed, bool hasOlderFields)
    {
        BuiltField[] fields =
        [
            new("Number", 9), new("Object " + Secret, 1, [new BuiltField("Inner " + Secret, 18)]), new("Text " + Secret, 18),
        ];
        return Begin(version, isCompressed, hasOlderFields)
            .Metadata(1, "Provider " + Secret, 1, "Event " + Secret, fields)
            .Metadata(2, "Plain", 2, "Other", new BuiltField("Name", 18))
            .Events(
                new BuiltEvent(1, new ByteWriter().I32(7).Text16("in").Text16("out").ToArray()),
                new BuiltEvent(2, new ByteWriter().Text16("last").ToArray()) { Sequence = 2, Timestamp = 1_001 }).End().ToArray();
    }

    private static async Task<List<string>> ReadAsync(byte[] trace)
    {
        var seen = new List<string>();
        var reader = await Reading.OfAsync(trace, (in e) =>
        {
            Assert.True(e.TryGetValues(out var values));
            var texts = new List<string>();
            for (var i = 0; i < values.Count; i++)
                texts.Add($"{values[i].Path}={(values[i].Kind == EventFieldKind.Text ? values.Text(i).ToString() : BitConverter.ToInt32(values.Bytes(i)))}");
            seen.Add($"{e.Type.Provider}/{e.Type.Name}: {string.Join(", ", texts)}");
        });
        Assert.True(reader.IsComplete);
        return seen;
    }

    private sealed class Naming(Func<StreamText, string, string> answer) : ITraceFilter
    {
        public EventAction Plan(EventType type) => EventAction.Visit;

        public EventAction Visit(EventType type, ref EventFields fields) => EventAction.Keep;

        public string VisitText(StreamText place, string name, string text) => answer(place, text);
    }
}
