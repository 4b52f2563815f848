using System.Buffers;
using DebugRelay.Cli.Commands.Trace;
using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Text;
using DebugRelay.TestSupport.NetTrace;
using Xunit;

namespace DebugRelay.Tests.Cli.Observing;

public class TraceTallyTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(7)]
    public async Task Gaps_in_the_numbers_of_a_thread_are_lost_events(int lost)
    {
        byte[] trace = new TraceBuilder().Head().Trace().Metadata(1, "Shop", 1, "Order")
            .Events(new BuiltEvent(1, []) { Thread = 5, Sequence = 1 }, new BuiltEvent(1, []) { Thread = 5, Sequence = 2 + lost })
            .SequencePoint(9, (5, 2 + lost)).End().ToArray();
        await using TraceTally tally = await CountAsync(trace);
        Assert.Equal((2, lost), (tally.Events, tally.Lost));
        Assert.True(tally.IsWhole);
        Assert.Equal(("Shop/Order", 2), tally.Kinds()[0]);
    }

    [Fact]
    public async Task What_a_thread_lost_last_shows_at_the_next_sequence_point()
    {
        byte[] trace = new TraceBuilder().Head().Trace().Metadata(1, "Shop", 1, "Order")
            .Events(new BuiltEvent(1, []) { Thread = 5, Sequence = 1 }).SequencePoint(9, (5, 4)).Events(new BuiltEvent(1, []) { Thread = 5, Sequence = 5, Timestamp = 10 }).End().ToArray();
        await using TraceTally tally = await CountAsync(trace);
        Assert.Equal((2, 3), (tally.Events, tally.Lost));
    }

    [Fact]
    public async Task Much_loss_is_warned_of_and_names_what_to_leave_out()
    {
        byte[] trace = new TraceBuilder().Head().Trace().Metadata(1, "Shop", 1, "Order")
            .Events(new BuiltEvent(1, []) { Thread = 5, Sequence = 1 }, new BuiltEvent(1, []) { Thread = 5, Sequence = 4 }).End().ToArray();
        await using TraceTally tally = await CountAsync(trace);
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(output, error);
        TraceSummary.WriteLoss(terminal, tally);
        TraceSummary.WarnOfLoss(terminal, tally);
        Assert.Contains("2 events, 50.0 % of all", output.ToString(), StringComparison.Ordinal);
        Assert.Contains("warning: 50 % of the events were lost; most of those that came are Shop/Order (2)", error.ToString(), StringComparison.Ordinal);
        Assert.Contains("fewer keywords", error.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_that_is_none_is_not_counted_and_breaks_nothing()
    {
        await using TraceTally tally = await CountAsync([1, 2, 3, 4, 5]);
        Assert.Equal((0, 0), (tally.Events, tally.Lost));
    }

    private static async Task<TraceTally> CountAsync(byte[] trace)
    {
        var tally = new TraceTally();
        foreach (byte[] part in trace.Chunk(50))
            await tally.AddAsync(new ReadOnlySequence<byte>(part));
        await tally.FinishAsync();
        return tally;
    }
}
