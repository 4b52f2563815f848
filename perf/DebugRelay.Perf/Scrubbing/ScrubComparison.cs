using System.Globalization;
using System.IO.Pipelines;
using DebugRelay.NetTrace;
using DebugRelay.Perf.Rewriter;
using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Events;

namespace DebugRelay.Perf.Scrubbing;

/// <summary>
/// Measures scrubbing with all default rules against TraceEvent merely reading the same trace: of a busy shop, and of
/// a process that writes a text an event: with no finding, one in a KB, and one in every string. Rounds alternate, and ratios are taken within a round.
/// </summary>
internal static class ScrubComparison
{
    private const int DefaultRounds = 5;
    private const int WarmUps = 8;
    public const int Events = 300_000;

    public static async Task RunAsync(string[] args)
    {
        var rounds = args is [var first, ..] && int.TryParse(first, CultureInfo.InvariantCulture, out var given) ? given : DefaultRounds;
        Console.WriteLine("| trace | MB | strings masked | TraceEvent reads, MB/s | scrubbed, MB/s | times the yardstick: median | min | max | goal (aim) |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|");
        var files = args.Where(File.Exists).ToList();
        foreach (var file in files)
        {
            Compare(Path.GetFileName(file), await File.ReadAllBytesAsync(file), rounds, "");
        }

        if (files.Count > 0)
        {
            return;
        }

        await CompareOrdinaryAsync(rounds);
        Compare("shop with secrets: logging, HTTP, runtime, profiler, rundown", await RecordedTrace.MixedAsync(), rounds, "");
        foreach (var (kind, name, goal) in Texts.Kinds)
        {
            Compare(name, await Children.RecordAsync(kind, Events), rounds, goal);
        }
    }

    private static async Task CompareOrdinaryAsync(int rounds)
    {
        var folder = Directory.CreateTempSubdirectory("debugrelay-ordinary-").FullName;
        try
        {
            await OrdinaryTraces.RecordAsync(folder);
            var traces = new DirectoryInfo(folder).GetFiles("*.nettrace").OrderByDescending(f => f.Length).ToList();
            Compare("ordinary: a web server and its client", await File.ReadAllBytesAsync(traces[0].FullName), rounds, "1.5 (3)");
            Compare("ordinary: a build", await File.ReadAllBytesAsync(traces[1].FullName), rounds, "1.5 (3)");
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    private static void Compare(string name, byte[] trace, int rounds, string goal)
    {
        // What the compiler has not finished with is not what is measured.
        var masked = 0L;
        for (var i = 0; i < WarmUps; i++)
        {
            masked = Scrub(trace);
            Passes.TraceEvent(trace);
        }

        var read = new double[rounds];
        var scrubbed = new double[rounds];
        for (var round = 0; round < rounds; round++)
        {
            read[round] = ThreadClock.Seconds(() => Passes.TraceEvent(trace));
            scrubbed[round] = ThreadClock.Seconds(() => Scrub(trace));
        }

        var ratios = read.Zip(scrubbed, (a, b) => a / b).Order().ToArray();
        var megabytes = trace.Length / 1e6;
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"| {name} | {megabytes:F0} | {masked} | {megabytes / Median(read):F0} | {megabytes / Median(scrubbed):F0} | {Median(ratios):F2} | {ratios[0]:F2} | {ratios[^1]:F2} | {goal} |"));
    }

    public static long Scrub(byte[] trace)
    {
        var input = PipeReader.Create(new MemoryStream(trace), new StreamPipeReaderOptions(bufferSize: 128 * 1024, minimumReadSize: 64 * 1024));
        var output = PipeWriter.Create(Stream.Null, new StreamPipeWriterOptions(minimumBufferSize: 128 * 1024));
        var result = TraceScrubber.ScrubAsync(input, output, ScrubProfile.Default).GetAwaiter().GetResult();
        return result.Summary.State == RewriteState.Complete ? result.Report.Total : throw new InvalidOperationException($"{result.Summary.State}: {result.Summary.Message}");
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);
}
