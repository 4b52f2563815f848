using CsCheck;
using DebugRelay.NetTrace;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class PropertyTests
{
    private static readonly Gen<(
        int Version, bool IsCompressed, (int Thread, string Text, int Stack, bool IsSorted, int Fate)[] Events, int BlockSize)> Streams =
        Gen.Select(
            Gen.Bool.Select(isV6 => isV6 ? 6 : 4),
            Gen.Bool,
            Gen.Select(Gen.Int[1, 3], Gen.String[Gen.Char['a', 'z'], 0, 300], Gen.Int[0, 3], Gen.Bool, Gen.Int[0, 2]).Array[1, 60],
            Gen.Int[1, 20]);

    [Fact]
    public Task Any_mix_of_kept_replaced_and_dropped_events_reads_back_as_told() => Streams.SampleAsync(
        async stream =>
        {
            var trace = Build(stream.Version, stream.IsCompressed, stream.Events, stream.BlockSize);
            var (same, _) = await Rewriting.RunAsync(trace, Filter.KeepAll);
            Assert.Equal(trace, same);

            var next = 0;
            var (output, summary) = await Rewriting.RunAsync(trace, new Filter(_ => EventAction.Visit, (type, ref fields) =>
            {
                var (_, text, _, _, fate) = stream.Events[next++];
                if (fate == 1) fields.Replace(0, Replaced(text));
                return fate == 2 ? EventAction.Drop : EventAction.Keep;
            }));
            Assert.Equal(RewriteState.Complete, summary.State);

            var expected = stream.Events.Index().Where(e => e.Item.Fate != 2)
                .Select(e => $"{e.Index}:{(e.Item.Fate == 1 ? Replaced(e.Item.Text) : e.Item.Text)}").ToList();
            Assert.Equal(expected, await ReadBackAsync(output));
            if (!stream.IsCompressed) return;
            var read = TraceReading.Of(output);
            Assert.Equal(0, read.EventsLost);
            Assert.Equal(expected.Order(), read.Events.Select(Summary).Order());
        },
        iter: 300);

    [Fact]
    public Task Random_damage_never_throws_and_gives_a_stream_that_reads_to_its_end()
        => Gen.Select(Streams, Gen.Int[0, 1_000_000], Gen.Byte).SampleAsync(
        async damage =>
        {
            var (stream, place, value) = damage;
            var trace = Build(stream.Version, stream.IsCompressed, stream.Events, stream.BlockSize);
            trace[place % trace.Length] = value;
            var (output, summary) = await Rewriting.RunAsync(trace, Filter.VisitAll);
            if (output.Length == 0) return;
            var (again, second) = await Rewriting.RunAsync(output, Filter.KeepAll);
            Assert.Equal((RewriteState.Complete, true), (second.State, again.AsSpan().SequenceEqual(output)));
            Assert.Equal(summary.Counts.EventsOut, second.Counts.EventsOut);
        },
        iter: 2_000);

    private static string Summary(ReadEvent e)
        => e.Values.Replace("Number=", "", StringComparison.Ordinal).Replace("; Text=", ":", StringComparison.Ordinal);

    private static string Replaced(string text) => text + "-" + text;

    private static byte[] Build(int version, bool isCompressed, (int Thread, string Text, int Stack, bool IsSorted, int Fate)[] events, int blockSize)
    {
        var trace = BuiltTraces.Begin(version, isCompressed).Stacks(1, new byte[8], new byte[16], new byte[24]);
        var sequences = new int[4];
        var built = events.Select((e, i) => new BuiltEvent(1, BuiltTraces.NumberAndText(i, e.Text))
        {
            Thread = e.Thread,
            Sequence = ++sequences[e.Thread],
            Timestamp = 1_000 + i,
            Stack = e.Stack,
            // A reader takes an unsorted event for one of the thread before it.
            IsSorted = e.IsSorted || i == 0 || events[i - 1].Thread != e.Thread,
        });
        foreach (var block in built.Chunk(blockSize)) trace.Events(block);
        return trace.SequencePoint(9_000, (1, sequences[1]), (2, sequences[2]), (3, sequences[3])).End().ToArray();
    }

    private static async Task<List<string>> ReadBackAsync(byte[] trace)
    {
        var seen = new List<string>();
        var reader = await Reading.OfAsync(trace, (in e) =>
        {
            Assert.True(e.TryGetValues(out var values));
            seen.Add($"{BitConverter.ToInt32(values.Bytes(0))}:{values.Text(1)}");
        });
        Assert.True(reader.IsComplete);
        return seen;
    }
}
