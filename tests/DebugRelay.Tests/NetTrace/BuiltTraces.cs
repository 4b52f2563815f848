using System.Text;
using DebugRelay.TestSupport.NetTrace;

namespace DebugRelay.Tests.NetTrace;

/// <summary>Streams made by the builder.</summary>
internal static class BuiltTraces
{
    public const string Provider = "Built";

    public static BuiltField Text(string name) => new(name, 18);

    /// <summary>A number, then a text.</summary>
    public static byte[] NumberAndText(int number, string text) => new ByteWriter().I32(number).Text16(text).ToArray();

    public static TraceBuilder Begin(int version, bool isCompressed)
    {
        var trace = new TraceBuilder(version, isCompressed).Head().Trace([("ProcessId", "77"), ("Custom", "custom value")]);
        if (version == 6) trace.Threads((1, "first thread"), (2, "second thread"), (3, "third thread")).Labels(1, "label one", "label two");
        return trace.Metadata(1, Provider, 5, "NumberAndText", new BuiltField("Number", 9), Text("Text"));
    }

    /// <summary>Three threads' events in several blocks, with stacks and sequence points.</summary>
    public static byte[] Mixed(int version, bool isCompressed)
    {
        var trace = Begin(version, isCompressed).Stacks(1, new byte[16], new byte[8]);
        var sequences = new int[4];
        for (var block = 0; block < 5; block++)
        {
            var events = new List<BuiltEvent>();
            for (var i = 0; i < 30; i++)
            {
                var thread = 1 + (i / 5 % 3);
                events.Add(new BuiltEvent(1, NumberAndText(i, $"text {new string('x', i % 7)}"))
                {
                    Thread = thread,
                    Sequence = ++sequences[thread],
                    Timestamp = 1_000 + (block * 1_000) + i,
                    Stack = i % 3,
                    Processor = i % 2,
                    Labels = i % 3,
                    Activity = version == 4 && i % 4 == 0 ? new Guid(i, 1, 2, new byte[8]) : default,
                    IsSorted = i % 5 == 0,
                });
            }
            trace.Events(events);
            if (block == 2) trace.SequencePoint(4_500, (1, sequences[1]), (2, sequences[2]), (3, sequences[3])).Stacks(1, new byte[16], new byte[8]);
            if (block == 2 && version == 6) trace.Labels(1, "label one", "label two");
        }
        return trace.SequencePoint(9_000, (1, sequences[1]), (2, sequences[2]), (3, sequences[3])).End().ToArray();
    }

    public static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text);
}
