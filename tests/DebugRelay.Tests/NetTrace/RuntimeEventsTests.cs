using DebugRelay.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class RuntimeEventsTests
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";

    [Fact]
    public async Task Every_event_of_the_runtime_fits_its_known_layout()
    {
        var trace = await Traces.RuntimeAsync();
        var unknown = new List<string>();
        var visit = new Filter(
            type =>
            {
                if (!type.IsSchemaKnown) unknown.Add($"{type.Provider} {type.EventId}/{type.Version}");
                return EventAction.Visit;
            },
            (type, ref fields) => EventAction.Keep);
        var (output, summary) = await Rewriting.RunAsync(trace, visit);

        Assert.Empty(unknown);
        Assert.Empty(summary.Counts.Blanked);
        Assert.True(trace.AsSpan().SequenceEqual(output));
    }

    [Fact]
    public async Task The_message_of_an_exception_can_be_replaced()
    {
        var trace = await Traces.RuntimeAsync();
        var (output, _) = await Rewriting.RunAsync(trace, new Filter(
            type => type.Provider == Runtime && type.EventId == 80 ? EventAction.Visit : EventAction.Keep,
            (type, ref fields) =>
            {
                Assert.Equal(["ExceptionType", "ExceptionMessage"], type.Fields.Where(f => f.Kind == EventFieldKind.Text).Select(f => f.Path));
                if (fields.Text(1) is "refused alice@example.com") Assert.Equal("System.InvalidOperationException", fields.Text(0).ToString());
                fields.Replace(1, "[masked, and longer than what stood here before]");
                return EventAction.Keep;
            }));

        var before = TraceReading.Of(trace);
        var after = TraceReading.Of(output);
        Assert.Equal(before.Events.Count, after.Events.Count);
        Assert.Equal(0, after.EventsLost);
        var thrown = after.From(Runtime).Where(e => e.Id == 80).ToList();
        Assert.True(thrown.Count >= 20);
        Assert.All(thrown, e => Assert.Contains(
            "ExceptionMessage=[masked, and longer than what stood here before]", e.Values, StringComparison.Ordinal));
        Assert.Equal(before.Events.Where(e => e.Id != 80), after.Events.Where(e => e.Id != 80));
    }

    [Fact]
    public async Task Stacks_stay_with_their_events()
    {
        var trace = await Traces.RuntimeAsync();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.Replacing(text => text + " and more"));

        Assert.True(summary.Counts.EventsRewritten > 1_000);
        var before = TraceReading.StacksOf(trace);
        Assert.Contains(before, stack => stack.Count(c => c == ' ') > 5);
        Assert.Equal(before, TraceReading.StacksOf(output));
    }

    [Fact]
    public async Task Dropping_most_events_of_many_threads_loses_none_of_the_rest()
    {
        var trace = await Traces.RuntimeAsync();
        var random = new Random(7);
        var drop = new Filter(type => EventAction.Visit, (type, ref fields) => random.Next(3) == 0 ? EventAction.Keep : EventAction.Drop);
        var (output, summary) = await Rewriting.RunAsync(trace, drop);

        var before = TraceReading.Of(trace);
        var after = TraceReading.Of(output);
        Assert.Equal(0, before.EventsLost);
        Assert.Equal(0, after.EventsLost);
        Assert.Equal(before.Events.Count - summary.Counts.Dropped[DropReason.Filter], after.Events.Count);
        Assert.True(IsSubsequence(InOrder(after), InOrder(before)));
    }

    /// <summary>
    /// By time, and within a thread as they stand: TraceEvent merges the threads by time, and where two have the same one, which comes first hangs
    /// on where the blocks are cut.
    /// </summary>
    private static List<ReadEvent> InOrder(TraceReading reading)
    {
        Assert.Equal(reading.Events.Select(e => e.Milliseconds).Order(), reading.Events.Select(e => e.Milliseconds));
        return [.. reading.Events.OrderBy(e => e.Milliseconds).ThenBy(e => e.Thread)];
    }

    private static bool IsSubsequence(List<ReadEvent> part, List<ReadEvent> whole)
    {
        var at = 0;
        foreach (var item in whole)
        {
            if (at < part.Count && part[at] == item) at++;
        }
        return at == part.Count;
    }
}
