using System.Globalization;
using System.Text;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Perf.Peers;

/// <summary>The tables and the chart of a comparison.</summary>
/// <param name="folder">Where they are written; null: to the output alone.</param>
internal sealed class Report(string? folder)
{
    private readonly StringBuilder _text = new();
    private readonly List<(string Measure, double? Goal, IReadOnlyList<(string Name, double Value, bool IsOurs)> Bars)> _charts = [];

    public void Traces(IReadOnlyDictionary<string, List<PathTrace>> traces)
    {
        List<PathTrace> direct = traces[TracePaths.Direct];
        Line($"One thread emits ~199-byte events at its limit; buffer {TracePaths.BufferMegabytes} MB, 5 s, {direct.Count} alternating rounds, medians. Ratios are to the direct reader of the same round.");
        Line("");
        Line("| path | MB/s | emitted, thousand/s | delivered, thousand/s | lost | emission to direct (min–max) | relay, CPU s/GB (min–max) | with the reader | memory, MB: host + engineer | read to the end |");
        Line("|---|---|---|---|---|---|---|---|---|---|");
        foreach ((string name, List<PathTrace> runs) in traces)
        {
            double[] emission = [.. runs.Zip(direct, (run, straight) => run.EmittedPerSecond / straight.EmittedPerSecond)];
            Line($"| {name} | {Median(runs, r => r.Bytes / 1e6 / r.Seconds):0} | {Median(runs, r => r.EmittedPerSecond / 1000):0} | {Median(runs, r => r.DeliveredPerSecond / 1000):0} | {Median(runs, r => r.LostShare):P1} | {PeersComparison.Median(emission):0.00} ({emission.Min():0.00}–{emission.Max():0.00}) | {Median(runs, r => r.RelayPerGigabyte):0.00} ({runs.Min(r => r.RelayPerGigabyte):0.00}–{runs.Max(r => r.RelayPerGigabyte):0.00}) | {Median(runs, r => r.AllPerGigabyte):0.00} | {Median(runs, r => r.HostMemory / 1e6):0} + {Median(runs, r => r.OtherMemory / 1e6):0} | {runs.Count(r => r.Events.IsWhole)} of {runs.Count} |");
        }
        Line("");
        Bars("Processor seconds a GB, reader included", null, r => r.AllPerGigabyte);
        Bars("The target's emission, times that beside a direct reader", 0.75, r => r.EmittedPerSecond, relative: true);
        Bars("Events lost, %", null, r => r.LostShare * 100);

        void Bars(string measure, double? goal, Func<PathTrace, double> value, bool relative = false)
            => _charts.Add((measure, goal, [.. traces.Select(each => (each.Key, relative ? PeersComparison.Median(each.Value.Zip(direct, (run, straight) => value(run) / value(straight))) : Median(each.Value, value), each.Key.StartsWith("DebugRelay", StringComparison.Ordinal)))]));
    }

    public void Offline(double obvious, double ours)
        => Line($"The same bytes offline, one thread's processor time: the obvious scrubber {obvious / 1e6:0.0} MB/s, ours {ours / 1e6:0} MB/s: {ours / obvious:0} times (goal 10).\n");

    private bool _hasAnswers;

    public void Answers(string name, Times fresh, Times? open, Times? setUp, Times firstByte)
    {
        if (!_hasAnswers)
        {
            Line("| ms, p50 / p99 | ProcessInfo, all new | in an open session | connection alone | a trace's first byte |");
            Line("|---|---|---|---|---|");
            _hasAnswers = true;
        }
        Line($"| {name} | {Show(fresh)} | {Show(open)} | {Show(setUp)} | {Show(firstByte)} |");
    }

    public void Handshakes(double ours, double stunnel, long idle)
        => Line($"\nA handshake's processor time at the host: {ours:0.0} ms (goal 4), stunnel {stunnel:0.0} ms. Agent and broker idle, before the first session: {idle / 1e6:0} MB resident (goal 40).\n");

    public void Cuts(int pulls, (string Name, int Cut)[] cuts)
        => Line($"Streams cut short of {pulls} that were stopped at full speed: {string.Join(", ", cuts.Select(each => $"{each.Name} {each.Cut}"))}.\n");

    public void Slow(double rate, double drained, double drainedFast, OperationEnd end)
        => Line($"A client that takes {rate / 1e6:0} MB/s: the worker took {drained / 1e6:0} MB/s from the target, {drained / drainedFast:0.00} times what it takes for a fast client ({drainedFast / 1e6:0} MB/s; goal 0.9); {end.Events?.LostBlocks} blocks, {end.Events?.LostBytes / 1e6:0} MB, were left out and reported{(end.Partial ? $"; the stream was cut: {end.Code}" : "")}.\n");

    public void Write()
    {
        if (folder is null)
            return;
        Directory.CreateDirectory(folder);
        File.WriteAllText(Path.Combine(folder, "peers.md"), _text.ToString());
        File.WriteAllText(Path.Combine(folder, "peers.svg"), Chart.Bars("DebugRelay beside its peers", _charts));
    }

    private static string Show(Times? times) => times is null ? "" : string.Create(CultureInfo.InvariantCulture, $"{times.P50:0.00} / {times.P99:0.00}");

    private static double Median(List<PathTrace> runs, Func<PathTrace, double> value) => PeersComparison.Median(runs.Select(value));

    private void Line(string line)
    {
        Console.WriteLine(line);
        _text.Append(line).Append('\n');
    }
}
