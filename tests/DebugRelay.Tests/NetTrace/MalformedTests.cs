using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class MalformedTests
{
    public static TheoryData<string, NetTraceError> Faults => new()
    {
        { "magic", NetTraceError.NotNetTrace },
        { "signature", NetTraceError.NotNetTrace },
        { "stream version", NetTraceError.UnsupportedVersion },
        { "V7", NetTraceError.UnsupportedVersion },
        { "object version", NetTraceError.UnsupportedVersion },
        { "object name", NetTraceError.UnexpectedObject },
        { "second trace", NetTraceError.UnexpectedObject },
        { "no trace", NetTraceError.UnexpectedObject },
        { "tag", NetTraceError.UnexpectedTag },
        { "name length", NetTraceError.TooLarge },
        { "block size", NetTraceError.TooLarge },
        { "V6 block size", NetTraceError.TooLarge },
        { "block header", NetTraceError.BadBlockHeader },
        { "payload size", NetTraceError.BadEvent },
        { "varint", NetTraceError.BadEvent },
        { "metadata", NetTraceError.BadMetadata },
        { "metadata twice", NetTraceError.BadMetadata },
        { "stack count", NetTraceError.BadBlock },
        { "sequence point", NetTraceError.BadBlock },
        { "V6 thread", NetTraceError.BadBlock },
        { "V6 label", NetTraceError.BadBlock },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task A_fault_has_a_name_and_the_output_ends_before_it(string fault, NetTraceError error)
    {
        var (output, summary) = await Rewriting.RunAsync(Broken(fault), Filter.KeepAll);

        Assert.Equal((RewriteState.Malformed, error), (summary.State, summary.Error));
        Assert.NotEqual("", summary.Message);
        var version = fault.StartsWith("V6", StringComparison.Ordinal) ? 6 : 4;
        var good = BuiltTraces.Begin(version, true).Events(One()).End().ToArray();
        var isBeforeTrace = error is NetTraceError.NotNetTrace || fault is "stream version" or "V7" or "no trace";
        Assert.Equal(isBeforeTrace ? [] : good, output);
    }

    private static BuiltEvent One() => new(1, BuiltTraces.NumberAndText(1, "one"));

    private static TraceBuilder Good(int version = 4) => BuiltTraces.Begin(version, true).Events(One());

    private static ByteWriter EventBlock() => new ByteWriter().I16(20).I16(1).I64(0).I64(0);

    internal static byte[] Broken(string fault) => (fault switch
    {
        "magic" => new TraceBuilder().Raw("Notatrace"u8.ToArray()),
        "signature" => new TraceBuilder().Raw("Nettrace"u8.ToArray()).Raw(20, 0, 0, 0).Raw("!FastSerialization.2"u8.ToArray()),
        "stream version" => new TraceBuilder().Raw("Nettrace"u8.ToArray()).Raw(21, 0, 0, 0),
        "V7" => new TraceBuilder().Raw("Nettrace"u8.ToArray()).Raw(0, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0),
        "object version" => Good().Raw(Object("EventBlock", 3)),
        "object name" => Good().Raw(Object("OtherBlock", 2)),
        "second trace" => Good().Trace(),
        "no trace" => new TraceBuilder().Head().Stacks(1),
        "tag" => Good().Raw(4, 5, 1),
        "name length" => Good().Raw(5, 5, 1, 2, 0, 0, 0, 2, 0, 0, 0, 255, 255, 255, 255),
        "block size" => Good().Raw([.. Object("EventBlock", 2), 0, 0, 0, 0x80, 0, 0, 0]),
        "V6 block size" => Good(6).Raw(255, 255, 255, 2),
        "block header" => Good().Block(2, "EventBlock", [60, 0, 1, 0]),
        "payload size" => Good().Block(2, "EventBlock", EventBlock().U8(0x81).Varint(1).Varint(1).Varint(60_000).ToArray()),
        "varint" => Good().Block(2, "EventBlock", EventBlock().U8(0x01).Raw(255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255).ToArray()),
        "metadata" => Good().Block(3, "MetadataBlock", EventBlock().U8(0x80).Varint(0).Varint(2).Raw(1, 2).ToArray()),
        "metadata twice" => Good().Metadata(1, "Other", 1, "Other"),
        "stack count" => Good().Block(5, "StackBlock", new ByteWriter().I32(1).I32(int.MaxValue).ToArray()),
        "sequence point" => Good().Block(4, "SPBlock", new ByteWriter().I64(1).I32(-1).I64(1).I32(1).ToArray()),
        "V6 thread" => Good(6).Block(6, "", new ByteWriter().Sized16(new ByteWriter().Varint(9).U8(99)).ToArray()),
        _ => Good(6).Block(8, "", new ByteWriter().I32(9).I32(1).U8(0x7F).ToArray()),
    }).ToArray();

    private static byte[] Object(string name, int version)
    {
        var builder = new TraceBuilder();
        builder.BeginObject(name, version);
        return builder.ToArray();
    }
}
