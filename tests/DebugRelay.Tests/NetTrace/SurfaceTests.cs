using DebugRelay.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

/// <summary>Every surface of .NET that writes events: real traces of it, kept, visited and rewritten.</summary>
public class SurfaceTests(SampleTraces sample) : IClassFixture<SampleTraces>
{
    private const string Runtime = "Microsoft-Windows-DotNETRuntime";
    private const string Rundown = "Microsoft-Windows-DotNETRuntimeRundown";
    private const string SampleProfiler = "Microsoft-DotNETCore-SampleProfiler";
    private const string Logging = "Microsoft-Extensions-Logging";
    private const string DiagnosticSource = "Microsoft-Diagnostics-DiagnosticSource";
    private const string Metrics = "System.Diagnostics.Metrics";

    /// <summary>Put behind every text; nothing that was traced holds it.</summary>
    private const string Mark = "~m~";

    /// <summary>How to trace each surface, the events that must be in the trace ("provider/id" or "provider/name"), and how many of them cannot be read.</summary>
    private static readonly Dictionary<string, (Func<SampleTraces, Task<byte[]>> Trace, string[] Events, int Blanked)> Surfaces = new()
    {
        ["managed sources"] = (_ => Traces.ManagedAsync(), [
            .. Enumerable.Range(1, 8).Except([4, 7]).Select(id => $"{ManifestSource.ProviderName}/{id}"),
            .. new[] { "Logged", "Flags", "Blob", "Order" }.Select(name => $"{DescribingSource.ProviderName}/{name}")], 0),
        ["byte arrays and embedded NULs"] = (_ => Traces.IndescribableAsync(), [
            $"{ManifestSource.ProviderName}/4", $"{ManifestSource.ProviderName}/2"], 5),
        ["diagnostic source"] = (s => s.UntilAsync(["Hosting.BeginRequest", "PackOrder"], false, SampleTraces.Provider(DiagnosticSource, 2, ("FilterAndPayloadSpecs",
            "[AS]DebugRelay.Sample.Shop/Stop:-DisplayName;Tags=TagObjects.*Enumerate\n"
            + "Microsoft.AspNetCore/Microsoft.AspNetCore.Hosting.BeginRequest:-httpContext.Request.Path;httpContext.Request.Method"))), [
            $"{DiagnosticSource}/Activity/Stop", $"{DiagnosticSource}/Event"], 0),
        ["logger"] = (s => s.UntilAsync(["FormattedMessage", "MessageJson", "ActivityJsonStop"], false, SampleTraces.Provider(Logging)), [
            $"{Logging}/FormattedMessage", $"{Logging}/Message", $"{Logging}/MessageJson"], 0),
        ["event counters"] = (s => s.UntilAsync(["cpu-usage", "gc-heap-size"], false, SampleTraces.Provider(
            "System.Runtime", -1, ("EventCounterIntervalSec", "0.2"))), ["System.Runtime/EventCounters"], 0),
        ["metrics"] = (s => s.UntilAsync(["CounterRateValuePublished", "HistogramValuePublished"], false, SampleTraces.Provider(
            Metrics, 3, ("SessionId", "s"), ("Metrics", "*"), ("RefreshInterval", "0.2"), ("MaxTimeSeries", "100"), ("MaxHistograms", "10"))), [
            $"{Metrics}/CounterRateValuePublished", $"{Metrics}/HistogramValuePublished"], 0),
        ["exceptions"] = (s => s.UntilAsync(["Exception"], false, SampleTraces.Provider(Runtime, 0x8000)), [$"{Runtime}/80", $"{Runtime}/250"], 0),
        ["heap snapshot"] = (s => s.UntilAsync(["DebugRelay.Sample"], false, SampleTraces.Provider(Runtime, 0x1980001)), [
            $"{Runtime}/15", $"{Runtime}/16", $"{Runtime}/18", $"{Runtime}/19"], 0),
        ["allocation sampling"] = (s => s.UntilAsync(["System."], false, SampleTraces.Provider(Runtime, 0x80000000000)), [$"{Runtime}/303"], 0),
        ["samples and rundown"] = (s => s.UntilAsync([SampleProfiler], true, SampleTraces.Provider(SampleProfiler)), [
            $"{SampleProfiler}/0", $"{Rundown}/144", $"{Rundown}/154", $"{Rundown}/156", $"{Rundown}/158", $"{Rundown}/187"], 0),
    };

    public static TheoryData<string> Names => [.. Surfaces.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task A_surface_passes_byte_for_byte_and_rewritten(string surface)
    {
        var (take, expected, blanked) = Surfaces[surface];
        var trace = await take(sample);
        var before = TraceReading.Of(trace);
        var seen = before.Events.SelectMany(e => new[] { $"{e.Provider}/{e.Id}", $"{e.Provider}/{e.Name}" }).ToHashSet();
        Assert.True(seen.IsSupersetOf(expected), $"expected {string.Join(", ", expected)}; found {string.Join(", ", seen)}");

        var (kept, _) = await Rewriting.RunAsync(trace, Filter.KeepAll);
        Assert.True(trace.AsSpan().SequenceEqual(kept));
        await AssertReadsDoNotMatterAsync(trace);
        var (visited, visit) = await Rewriting.RunAsync(trace, Filter.VisitAll);
        Assert.Equal((RewriteState.Complete, blanked), (visit.State, visit.Counts.Blanked.Values.Sum()));
        Assert.Equal(blanked == 0, trace.AsSpan().SequenceEqual(visited));

        var (rewritten, summary) = await Rewriting.RunAsync(trace, MarkEvery());
        Assert.Equal((RewriteState.Complete, blanked), (summary.State, summary.Counts.Blanked.Values.Sum()));
        Assert.True(summary.Counts.EventsRewritten > 0);
        AssertSame(before, TraceReading.Of(rewritten), blanked);
        var stacks = TraceReading.StacksOf(trace);
        Assert.Equal(stacks, TraceReading.StacksOf(rewritten));
    }

    /// <summary>The whole cut at random, and a part of it byte by byte: what is whole of it comes out the same.</summary>
    private static async Task AssertReadsDoNotMatterAsync(byte[] trace)
    {
        const int Part = 150_000;
        var random = new Random(trace.Length);
        var (cut, _) = await Rewriting.RunAsync(trace, Filter.VisitAll, () => random.Next(1, 8_000));
        var (whole, _) = await Rewriting.RunAsync(trace, Filter.VisitAll);
        Assert.True(whole.AsSpan().SequenceEqual(cut));
        var part = trace.AsSpan(0, Math.Min(trace.Length, Part)).ToArray();
        var (byByte, summary) = await Rewriting.RunAsync(part, Filter.VisitAll, () => 1);
        Assert.True(summary.State == (part.Length < trace.Length ? RewriteState.Truncated : RewriteState.Complete));
        // The end tag, one byte, stands where the stream was cut.
        Assert.True(byByte.Length > 1 && whole.AsSpan().StartsWith(byByte.AsSpan(0, byByte.Length - 1)));
    }

    /// <summary>Save for the name of the garbage collector's own events, by which readers tell them apart.</summary>
    private static Filter MarkEvery() => new(_ => EventAction.Visit, (type, ref fields) =>
    {
        for (var i = 0; i < fields.Count; i++)
        {
            if (fields[i].Kind != EventFieldKind.Text || (type.Provider == Runtime && type.EventId == 39)) continue;
            fields.Replace(i, string.Concat(fields.Text(i), Mark));
        }
        return EventAction.Keep;
    });

    /// <summary>The same events in the same order, with the mark behind every text and no other difference.</summary>
    private static void AssertSame(TraceReading before, TraceReading after, int blanked)
    {
        Assert.Equal(before.EventsLost, after.EventsLost);
        var (was, now) = (InOrder(before), InOrder(after));
        Assert.Equal(was.Select(WithoutContent), now.Select(WithoutContent));
        var readable = was.Zip(now).Where(pair => !IsMisread(pair.First)).ToList();
        var differing = readable.Where(pair => pair.First.Values != pair.Second.Values.Replace(Mark, "", StringComparison.Ordinal)).ToList();
        Assert.True(differing.Count <= blanked, string.Join('\n', differing.Take(3)));
        Assert.Contains(readable, pair => pair.Second.Values.Contains(Mark, StringComparison.Ordinal));
    }

    private static ReadEvent WithoutContent(ReadEvent e) => e with { PayloadHex = "", Values = "" };

    /// <summary>By time, and within a thread as they stand: TraceEvent merges threads by time, and where the blocks are cut decides between equals.</summary>
    private static List<ReadEvent> InOrder(TraceReading reading) => [.. reading.Events.OrderBy(e => e.Milliseconds).ThenBy(e => e.Thread)];

    /// <summary>TraceEvent takes every boolean for 4 bytes, and misreads what follows one in an event that describes itself.</summary>
    private static bool IsMisread(ReadEvent e) => e is { Provider: DescribingSource.ProviderName, Name: "Flags" or "Order" };
}
