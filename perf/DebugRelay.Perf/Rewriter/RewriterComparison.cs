using System.Globalization;

namespace DebugRelay.Perf.Rewriter;

/// <summary>
/// Measures the rewriter against TraceEvent merely reading the same trace. The passes alternate within each round, and ratios are taken within a
/// round, so that other work on the machine weighs on both sides.
/// </summary>
internal static class RewriterComparison
{
    private const int DefaultRounds = 9;

    private static readonly (string Name, double Target, Func<byte[], long> Pass)[] Measured =
    [
        ("TraceEvent reads, empty handler", 1, Passes.TraceEvent),
        ("TraceEvent reads, empty handler of Dynamic.All", 0, Passes.TraceEventDynamic),
        ("our reader, empty handler", 0, Passes.Read),
        ("re-emit, no string visited", 6, Passes.Keep),
        ("every string visited, no hit", 3, Passes.Scan),
        ("every string rewritten, 2 characters longer", 1, Passes.Lengthen),
    ];

    public static async Task RunAsync(string[] args)
    {
        var rounds = args is [var first, ..] && int.TryParse(first, CultureInfo.InvariantCulture, out var given) ? given : DefaultRounds;
        var files = args.Where(File.Exists).ToArray();
        if (files.Length == 0)
        {
            Compare("burst (one event type, 190-byte payloads)", await RecordedTrace.BurstAsync(), rounds);
            Compare("mixed (logging, HTTP, runtime, profiler, rundown)", await RecordedTrace.MixedAsync(), rounds);
        }
        foreach (var file in files) Compare(Path.GetFileName(file), await File.ReadAllBytesAsync(file), rounds);
    }

    /// <summary>Goes over and over through a trace in one way, for a profiler.</summary>
    public static async Task RepeatAsync(string pass, double seconds, string file)
    {
        var trace = await File.ReadAllBytesAsync(file);
        Func<byte[], long> run = pass == "scrub" ? Scrubbing.ScrubComparison.Scrub : Measured.First(m => m.Name.Contains(pass, StringComparison.OrdinalIgnoreCase)).Pass;
        var (passes, spent) = (0, 0.0);
        for (var start = Environment.TickCount64; Environment.TickCount64 - start < seconds * 1000; passes++) spent = Math.Min(ThreadClock.Seconds(() => run(trace)), passes == 0 ? double.MaxValue : spent);
        Write($"{passes} passes of {Path.GetFileName(file)}, best {trace.Length / spent / 1e6:F0} MB/s");
    }

    private static void Compare(string name, byte[] trace, int rounds)
    {
        var events = Measured.Select(m => m.Pass(trace)).ToArray();
        var repeats = Math.Max(1, 32_000_000 / trace.Length);
        var seconds = Measured.Select(_ => new double[rounds]).ToArray();
        for (var round = 0; round < rounds; round++)
        {
            for (var i = 0; i < Measured.Length; i++) seconds[i][round] = Time(Measured[i].Pass, trace, repeats);
        }
        Print(name, trace.Length, events, seconds);
    }

    /// <summary>Seconds that one pass takes.</summary>
    private static double Time(Func<byte[], long> pass, byte[] trace, int repeats)
        => ThreadClock.Seconds(() =>
        {
            for (var i = 0; i < repeats; i++) pass(trace);
        }) / repeats;

    private static void Print(string title, int size, long[] events, double[][] seconds)
    {
        Write($"\n### {title}: {size / 1e6:F1} MB, {events[1]} events, {seconds[0].Length} rounds\n");
        Write($"| pass | MB/s | events/s (millions) | times the yardstick: median | min | max | goal |");
        Write($"|---|---|---|---|---|---|---|");
        for (var i = 0; i < Measured.Length; i++)
        {
            var median = Median(seconds[i]);
            var ratios = seconds[i].Select((s, round) => seconds[0][round] / s).ToArray();
            var (name, goal) = (Measured[i].Name, Measured[i].Target is 0 || i == 0 ? "" : $"{Measured[i].Target}");
            var (least, most) = (ratios.Min(), ratios.Max());
            Write($"| {name} | {size / median / 1e6:F0} | {events[i] / median / 1e6:F1} | {Median(ratios):F2} | {least:F2} | {most:F2} | {goal} |");
        }
    }

    private static double Median(double[] values) => values.Order().ElementAt(values.Length / 2);

    private static void Write(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
