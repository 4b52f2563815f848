using System.Diagnostics;
using System.Globalization;
using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.Perf.Rewriter;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;
using DebugRelay.TestSupport.NetTrace;

namespace DebugRelay.Perf.Scrubbing;

/// <summary>
/// Measures scrubbing with all default rules against TraceEvent merely reading the same trace: a recorded one, and built ones with no finding, one
/// in a KB, and one in every string. Rounds alternate, and ratios are taken within a round.
/// </summary>
internal static class ScrubComparison
{
    private const int DefaultRounds = 5;
    private const int BuiltEvents = 200_000;
    private const int EventsInBlock = 500;

    /// <summary>Strings of a busy service; {0} is different in each event.</summary>
    private static readonly string[] Ordinary =
    [
        "Executing endpoint 'HTTP: GET /orders/{{id}}' of request {0}", "Request {0} finished HTTP/1.1 GET /orders - 200 - application/json 12.5 ms",
        "Connection id {0} started", "Order {0} was shipped from warehouse north with 3 items, 2 of them in stock since yesterday morning",
        "Cache miss for item {0}, loading it", "System.Collections.Generic.Dictionary`2[System.String,System.Object] grew to {0} entries",
    ];

    public static async Task RunAsync(string[] args)
    {
        var rounds = args is [var first, ..] && int.TryParse(first, CultureInfo.InvariantCulture, out var given) ? given : DefaultRounds;
        Console.WriteLine("| trace | MB | strings masked | TraceEvent reads, MB/s | scrubbed, MB/s | times the yardstick: median | min | max | goal (aim) |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        foreach (var file in args.Where(File.Exists))
        {
            Compare(Path.GetFileName(file), await File.ReadAllBytesAsync(file), rounds, "");
        }

        Compare("recorded: logging, HTTP, runtime, profiler, rundown", await RecordedTrace.MixedAsync(), rounds, "");
        Compare("no hit, texts that repeat", Built(i => string.Format(CultureInfo.InvariantCulture, Ordinary[i % 6], i % 50)), rounds, "1.5 (3)");
        Compare("no hit, all texts different", Built(i => string.Format(CultureInfo.InvariantCulture, Ordinary[i % 6], i)), rounds, "1.5 (3)");
        Compare("one hit in a KB", Built(i => string.Format(CultureInfo.InvariantCulture, Ordinary[i % 6], i) + (i % 8 == 0 ? $" for user{i}@example.com" : "")), rounds, "0.8 (1.5)");
        Compare("every string a hit", Built(i => $"Order {i} of user{i}@example.com was shipped from warehouse north with 3 items"), rounds, "0.5 (1)");
    }

    /// <summary>A V5 trace of one event type with a number and a text.</summary>
    private static byte[] Built(Func<int, string> text)
    {
        var trace = new TraceBuilder(4).Head().Trace().Metadata(1, "Built", 5, "NumberAndText", new BuiltField("Number", 9), new BuiltField("Text", 18));
        for (var first = 0; first < BuiltEvents; first += EventsInBlock)
        {
            trace.Events([.. Enumerable.Range(first, EventsInBlock).Select(i => new BuiltEvent(1, new ByteWriter().I32(i).Text16(text(i)).ToArray())
            {
                Sequence = i + 1,
                Timestamp = 1_000 + i,
            })]);
        }

        return trace.End().ToArray();
    }

    private static void Compare(string name, byte[] trace, int rounds, string goal)
    {
        var masked = Scrub(trace);
        Passes.TraceEvent(trace);
        var read = new double[rounds];
        var scrubbed = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            read[round] = Seconds(() => Passes.TraceEvent(trace));
            scrubbed[round] = Seconds(() => Scrub(trace));
        }

        var ratios = read.Zip(scrubbed, (a, b) => a / b).Order().ToArray();
        var megabytes = trace.Length / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {megabytes:F0} | {masked} | {megabytes / Median(read):F0} | {megabytes / Median(scrubbed):F0} | {Median(ratios):F2} | {ratios[0]:F2} | {ratios[^1]:F2} | {goal} |"));
    }

    private static long Scrub(byte[] trace)
    {
        var input = PipeReader.Create(new MemoryStream(trace), new StreamPipeReaderOptions(bufferSize: 128 * 1024, minimumReadSize: 64 * 1024));
        var output = PipeWriter.Create(Stream.Null, new StreamPipeWriterOptions(minimumBufferSize: 128 * 1024));
        var result = TraceScrubber.ScrubAsync(input, output, ScrubProfile.Default).GetAwaiter().GetResult();
        return result.Summary.State == RewriteState.Complete ? result.Report.Total : throw new InvalidOperationException($"{result.Summary.State}: {result.Summary.Message}");
    }

    private static double Seconds(Action pass)
    {
        GC.Collect();
        var start = Stopwatch.GetTimestamp();
        pass();
        return Stopwatch.GetElapsedTime(start).TotalSeconds;
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
