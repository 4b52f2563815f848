using DebugRelay.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class RewriteTests
{
    private const string Secret = "alice@example.com";

    [Fact]
    public async Task Visiting_without_a_change_gives_the_same_bytes_and_finds_every_layout()
    {
        var trace = await Traces.ManagedAsync();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.VisitAll);

        Assert.True(trace.AsSpan().SequenceEqual(output));
        Assert.Empty(summary.Counts.Blanked);
        Assert.Empty(summary.Counts.Dropped);
    }

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("much longer than what stood there before, so that every size of the stream changes")]
    public async Task Replaced_texts_are_what_another_reader_reads(string replacement)
    {
        var trace = await Traces.ManagedAsync();
        var (output, summary) = await Rewriting.RunAsync(
            trace, Filter.Replacing(text => text.Replace(Secret, replacement, StringComparison.Ordinal)));

        Assert.Equal(RewriteState.Complete, summary.State);
        Assert.Empty(summary.Counts.Blanked);
        var before = TraceReading.Of(trace);
        var after = TraceReading.Of(output);
        Assert.Equal(0, after.EventsLost);
        Assert.Equal(
            before.Events.Select(e => WithoutValuesMisread(e) with
            {
                PayloadHex = e.PayloadHex.Replace(Hex(Secret), Hex(replacement), StringComparison.Ordinal),
                Values = WithoutValuesMisread(e).Values.Replace(Secret, replacement, StringComparison.Ordinal),
            }),
            after.Events.Select(WithoutValuesMisread));
        Assert.Contains(before.Events, e => e.Values.Contains(Secret, StringComparison.Ordinal));
        Assert.True(summary.Counts.EventsRewritten > 0);
    }

    [Fact]
    public async Task Dropped_events_are_not_taken_for_losses_and_the_others_stay()
    {
        var trace = await Traces.ManagedAsync();
        var drop = new Filter(
            _ => EventAction.Visit,
            (type, ref fields) => fields.Count > 0 && type.EventId % 2 == 0 ? EventAction.Drop : EventAction.Keep);
        var (output, summary) = await Rewriting.RunAsync(trace, drop);

        var before = TraceReading.Of(trace);
        var after = TraceReading.Of(output);
        Assert.Equal(0, after.EventsLost);
        Assert.Equal(summary.Counts.EventsIn - summary.Counts.Dropped[DropReason.Filter], summary.Counts.EventsOut);
        Assert.Equal(summary.Counts.EventsOut, after.Events.Count);
        var left = new HashSet<ReadEvent>(before.Events);
        Assert.All(after.Events, e => Assert.Contains(e, left));
    }

    [Fact]
    public async Task A_blanked_event_stays_readable()
    {
        var trace = await Traces.ManagedAsync();
        var (output, summary) = await Rewriting.RunAsync(trace, new Filter(_ => EventAction.Blank));

        var before = TraceReading.Of(trace);
        var after = TraceReading.Of(output);
        Assert.Equal(0, after.EventsLost);
        Assert.Equal(before.Events.Select(e => (e.Provider, e.Id, e.Milliseconds)), after.Events.Select(e => (e.Provider, e.Id, e.Milliseconds)));
        Assert.All(after.Events, e => Assert.Equal("", e.PayloadHex.Replace("0", "", StringComparison.Ordinal)));
        Assert.DoesNotContain(after.Events, e => e.Values.Contains("unreadable", StringComparison.Ordinal));
        Assert.Equal(summary.Counts.EventsOut, summary.Counts.Blanked[BlankReason.Filter] + after.Events.Count(e => e.PayloadHex.Length == 0));
    }

    private static string Hex(string text) => Convert.ToHexString(System.Text.Encoding.Unicode.GetBytes(text));

    /// <summary>TraceEvent takes every boolean for 4 bytes, and misreads what follows one in an event that describes itself.</summary>
    private static ReadEvent WithoutValuesMisread(ReadEvent e)
        => e is { Provider: DescribingSource.ProviderName, Name: "Flags" or "Order" } ? e with { Values = "" } : e;
}
