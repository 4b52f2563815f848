using System.Text;
using DebugRelay.Fuzz;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

/// <summary>
/// What an attacker would send, and every small damage to small streams, held against the fuzzer's oracle: nothing thrown, slow or large, no secret
/// out, a whole stream out, and the reader of one mind with the rewriter.
/// </summary>
public class HostileTests
{
    /// <summary>Version, compressed headers, the older list of fields.</summary>
    public static TheoryData<int, bool, bool> Forms => new() { { 4, true, false }, { 4, false, false }, { 4, true, true }, { 6, true, false }, { 6, false, false } };

    [Theory]
    [MemberData(nameof(Forms))]
    public async Task Cut_at_any_byte_it_gives_what_was_whole_before(int version, bool isCompressed, bool hasOlderFields)
    {
        var trace = Small(version, isCompressed, hasOlderFields);
        var oracle = new FuzzOracle(new NetTraceTarget());
        var (whole, _) = await Rewriting.RunAsync(trace, Filter.KeepAll);
        for (var length = 0; length < trace.Length; length++)
        {
            Assert.Null(oracle.Judge(trace.AsSpan(0, length)));
            var (output, summary) = await Rewriting.RunAsync(trace[..length], Filter.KeepAll);
            Assert.Equal(RewriteState.Truncated, summary.State);
            var end = version == 6 ? 4 : 1;
            Assert.True(output.Length == 0 || output.AsSpan(0, output.Length - end).SequenceEqual(whole.AsSpan(0, output.Length - end)));
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Any_byte_may_be_any_of_the_odd_ones(int version, bool isCompressed, bool hasOlderFields)
    {
        var trace = Small(version, isCompressed, hasOlderFields);
        var oracle = new FuzzOracle(new NetTraceTarget());
        for (var at = 0; at < trace.Length; at++)
        {
            var was = trace[at];
            foreach (var value in (byte[])[0, 1, 4, 0x7F, 0x80, 0xFF, (byte)(was + 1), (byte)(was - 1), (byte)(was ^ 0x40)])
            {
                trace[at] = value;
                Assert.True(oracle.Judge(trace) is not { } what, $"byte {at} as {value:x2}: {oracle.Judge(trace)}");
            }
            trace[at] = was;
        }
    }

    [Theory]
    [MemberData(nameof(Forms))]
    public void Any_number_may_be_any_of_the_odd_ones(int version, bool isCompressed, bool hasOlderFields)
    {
        var trace = Small(version, isCompressed, hasOlderFields);
        var oracle = new FuzzOracle(new NetTraceTarget());
        for (var at = 0; at + sizeof(int) <= trace.Length; at++)
        {
            var was = trace.AsSpan(at, sizeof(int)).ToArray();
            foreach (var value in (int[])[-1, int.MinValue, int.MaxValue, 0x10_0000, 0x10_0001, 0xFFFF, 0x1_0000, unchecked((int)0xFFFF_FFF0)])
            {
                BitConverter.TryWriteBytes(trace.AsSpan(at), value);
                Assert.True(oracle.Judge(trace) is not { } what, $"number {at} as {value:x}: {oracle.Judge(trace)}");
            }
            was.CopyTo(trace, at);
        }
    }

    public static TheoryData<string, NetTraceError> Attacks => new()
    {
        { "signature length of the other endianness", NetTraceError.UnsupportedVersion },
        { "block size of the other endianness", NetTraceError.TooLarge },
        { "header size beyond the block", NetTraceError.BadBlockHeader },
        { "header size below its least", NetTraceError.BadBlockHeader },
        { "plain event size that overflows", NetTraceError.BadEvent },
        { "plain payload size that is negative", NetTraceError.BadEvent },
        { "metadata id 0", NetTraceError.BadMetadata },
        { "metadata id that is negative", NetTraceError.BadMetadata },
        { "metadata in an event of a type", NetTraceError.BadMetadata },
        { "name without an end", NetTraceError.BadMetadata },
        { "varint of more than 32 bits", NetTraceError.BadEvent },
        { "V6 label count that is negative", NetTraceError.BadBlock },
        { "V6 row beyond its block", NetTraceError.BadBlock },
        { "V6 text longer than its row", NetTraceError.BadBlock },
        { "V6 id defined anew", NetTraceError.BadMetadata },
        { "V6 end with content", NetTraceError.BadBlock },
        { "V6 end before the trace", NetTraceError.UnexpectedObject },
    };

    [Theory]
    [MemberData(nameof(Attacks))]
    public async Task An_attack_has_a_name(string attack, NetTraceError error)
    {
        var trace = Attack(attack).ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.KeepAll);
        Assert.Equal((RewriteState.Malformed, error), (summary.State, summary.Error));
        Assert.Null(new FuzzOracle(new NetTraceTarget()).Judge(trace));
        if (output.Length == 0) return;
        var (again, second) = await Rewriting.RunAsync(output, Filter.KeepAll);
        Assert.Equal(RewriteState.Complete, second.State);
        Assert.Equal(output, again);
    }

    /// <summary>Fields of one V6 event, and its payload before the texts behind; each is read as it says, or not at all.</summary>
    [Theory]
    [InlineData("both at one place", 16, 6, 16, 6)]
    [InlineData("one inside the other", 16, 12, 18, 4)]
    [InlineData("the other way round", 22, 6, 16, 6)]
    [InlineData("a gap between", 16, 6, 24, 4)]
    [InlineData("behind the end", 16, 6, 22, 60_000)]
    [InlineData("over the fixed values", 0, 16, 16, 12)]
    [InlineData("odd size", 16, 7, 23, 5)]
    public async Task Arrays_behind_the_values_that_overlap_are_blanked(string what, int at1, int size1, int at2, int size2)
    {
        var payload = new ByteWriter().I64(1).I32(at1 | (size1 << 16)).I32(at2 | (size2 << 16)).Raw(Encoding.Unicode.GetBytes("secret")).ToArray();
        var trace = new TraceBuilder(6).Head().Trace().Threads((1, "t"))
            .Metadata(1, "P", 1, "E", new BuiltField("a", 11), new BuiltField("b", 25, Element: 4), new BuiltField("c", 25, Element: 4))
            .Events(new BuiltEvent(1, payload)).End().ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.VisitAll);
        Assert.True(summary.Counts.Blanked.GetValueOrDefault(BlankReason.SchemaMismatch) == 1, what);
        Assert.True(output.AsSpan().IndexOf(Encoding.Unicode.GetBytes("secret")) < 0);
    }

    [Theory]
    [InlineData(4)]
    [InlineData(6)]
    public async Task A_schema_too_deep_or_too_wide_is_not_known(int version)
    {
        var deep = new BuiltField("f", 18);
        for (var depth = 0; depth < 40; depth++) deep = new BuiltField("f", 1, [deep]);
        BuiltField[] wide = [.. Enumerable.Range(0, 2_000).Select(_ => new BuiltField("f", 18))];
        foreach (var fields in new BuiltField[][] { [deep], wide })
        {
            var trace = new TraceBuilder(version).Head().Trace().Metadata(1, "P", 1, "E", fields)
                .Events(new BuiltEvent(1, Encoding.Unicode.GetBytes("secret\0"))).End().ToArray();
            var (output, summary) = await Rewriting.RunAsync(trace, Filter.VisitAll);
            Assert.Equal((RewriteState.Complete, 1), (summary.State, summary.Counts.Blanked[BlankReason.UnknownSchema]));
            Assert.True(output.AsSpan().IndexOf(Encoding.Unicode.GetBytes("secret")) < 0);
        }
    }

    [Fact]
    public async Task V6_ids_may_be_defined_anew_after_a_sequence_point_that_says_so()
    {
        var point = new ByteWriter().I64(1).I32(3).I32(0).ToArray();
        var trace = BuiltTraces.Begin(6, true).Block(4, "", point).Metadata(1, "Other", 9, "Other").End().ToArray();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.VisitAll);
        Assert.Equal((RewriteState.Complete, true), (summary.State, trace.AsSpan().SequenceEqual(output)));
    }

    private static TraceBuilder Good(int version = 4, bool isCompressed = true)
        => BuiltTraces.Begin(version, isCompressed).Events(new BuiltEvent(1, BuiltTraces.NumberAndText(1, "one")));

    private static ByteWriter EventBlock(bool isCompressed = true) => new ByteWriter().I16(20).I16(isCompressed ? 1 : 0).I64(0).I64(0);

    private static TraceBuilder Definition(int id, bool hasEnd = true, int metadataId = 0)
    {
        var definition = new ByteWriter().I32(id).Text16("P").I32(1).Raw(Encoding.Unicode.GetBytes(hasEnd ? "E\0" : "E"));
        if (hasEnd) definition.I64(0).I32(0).I32(4).I32(0);
        var block = EventBlock().U8(0x81).Varint((uint)metadataId).Varint(0).Varint((uint)definition.Length).Raw(definition.ToArray());
        return Good().Block(3, "MetadataBlock", block.ToArray());
    }

    private static TraceBuilder Attack(string attack) => attack switch
    {
        "signature length of the other endianness" => new TraceBuilder().Raw([.. "Nettrace"u8, 0, 0, 0, 20, .. "!FastSerialization.1"u8]),
        "block size of the other endianness" => Good().Raw([5, 5, 1, 2, 0, 0, 0, 2, 0, 0, 0, 10, 0, 0, 0, .. "EventBlock"u8, 6, 0, 0, 0, 24, 0, 0, 0]),
        "header size beyond the block" => Good().Block(2, "EventBlock", new ByteWriter().I16(-1).I16(1).I64(0).I64(0).ToArray()),
        "header size below its least" => Good().Block(2, "EventBlock", new ByteWriter().I16(4).I16(1).I64(0).I64(0).ToArray()),
        "plain event size that overflows" => Good(4, false).Block(2, "EventBlock", EventBlock(false).I32(-1).Raw(new byte[76]).ToArray()),
        "plain payload size that is negative" => Good(4, false).Block(2, "EventBlock", EventBlock(false).I32(76).Raw(new byte[72]).I32(-1).ToArray()),
        "metadata id 0" => Definition(0),
        "metadata id that is negative" => Definition(-5),
        "metadata in an event of a type" => Definition(7, metadataId: 1),
        "name without an end" => Definition(7, hasEnd: false),
        "varint of more than 32 bits" => Good().Block(2, "EventBlock", EventBlock().U8(0x81).Raw(255, 255, 255, 255, 255, 1).Varint(0).Varint(0).ToArray()),
        "V6 label count that is negative" => Good(6).Block(8, "", new ByteWriter().I32(1).I32(-1).ToArray()),
        "V6 row beyond its block" => Good(6).Block(6, "", new ByteWriter().I16(-1).Varint(1).ToArray()),
        "V6 text longer than its row" => Good(6).Block(6, "", new ByteWriter().Sized16(new ByteWriter().Varint(9).U8(1).Varint(60_000)).ToArray()),
        "V6 id defined anew" => Good(6).Metadata(1, "Other", 1, "Other"),
        "V6 end with content" => Good(6).Raw(8, 0, 0, 0),
        _ => new TraceBuilder(6).Head().End(),
    };

    /// <summary>Every kind of block once, with the fuzzer's secret in every text and name.</summary>
    private static byte[] Small(int version, bool isCompressed, bool hasOlderFields)
    {
        var name = version == 6 ? SeedCorpus.Utf8Secret : SeedCorpus.Secret;
        var trace = new TraceBuilder(version, isCompressed) { HasOlderFields = hasOlderFields }.Head().Trace(("Custom", SeedCorpus.Utf8Secret));
        if (version == 6) trace.Threads((1, SeedCorpus.Utf8Secret), (2, "t")).Labels(1, SeedCorpus.Utf8Secret);
        trace.Metadata(1, "P", 1, name, new BuiltField(name, 9), new BuiltField("Text", 18)).Stacks(1, new byte[8]);
        trace.Events(
            new BuiltEvent(1, BuiltTraces.NumberAndText(1, SeedCorpus.Secret)),
            new BuiltEvent(1, BuiltTraces.NumberAndText(2, SeedCorpus.Secret)) { Thread = 2, Stack = 1, Timestamp = 1_001 });
        return trace.SequencePoint(2_000, (1, 1), (2, 1)).End().ToArray();
    }
}
