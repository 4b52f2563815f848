using System.Globalization;
using DebugRelay.Cli.Text;

namespace DebugRelay.Cli.ViewModels;

/// <summary>The rules of "stands out". Values come once a second, so counts of values are seconds.</summary>
internal static class FindingRules
{
    private const int Recent = 10;
    private const int Before = 50;

    public static IReadOnlyList<FindingRule> All { get; } =
    [
        new("cpu", "CPU at or above 80 % for 20 s; urgent from 95 %", Cpu),
        new("pool-queue", "mean of the thread pool's queue over 10 s at or above 20, and not falling; urgent from 100", PoolQueue),
        new("exceptions", "5 exceptions a second or more, mean over 10 s; urgent from 50", Exceptions),
        new("time-in-gc", "20 % of the time in garbage collection or more, mean over 10 s; urgent from 50 %", TimeInGc),
        new("gen2", "10 collections of generation 2 a minute or more, over the last minute; urgent from 60", Gen2),
        new("heap-growth", "GC heap 1.5 times what it was, 50 MB more, over 2 to 5 min", HeapGrowth),
        new("contention", "100 waits for locks a second or more, mean over 10 s; urgent from 1,000", Contention),
        new("requests-waiting", "requests in work twice what they were a minute ago, and 20 or more; urgent from 200", RequestsWaiting),
        new("requests-failed", "failed requests became more within the last minute", RequestsFailed),
    ];

    /// <summary>What stands out, urgent things first.</summary>
    public static IReadOnlyList<Finding> Judge(Vitals vitals)
        => [.. All.Select(rule => rule.Judge(vitals)).OfType<Finding>().OrderByDescending(finding => finding.Urgent)];

    private static Finding? Cpu(Vitals vitals) => vitals.Cpu is { } cpu && cpu.HoldsSince(80) is >= 20 and var seconds
        ? new("cpu", $"CPU {Number(cpu.Latest)} %, at or above 80 % for {Time(seconds)}", "3 trace, profile cpu", cpu.Mean(Recent) >= 95)
        : null;

    private static Finding? PoolQueue(Vitals vitals)
    {
        if (vitals.Queue is not { } queue || !(queue.Mean(Recent) >= 20) || queue.Mean(Recent) < queue.Mean(Recent, Recent) * 0.9)
            return null;
        string threads = vitals.Threads is { Count: > 0 } pool ? $" ({Number(pool.Latest)} threads)" : "";
        return new("pool-queue", $"thread pool queue {Number(queue.Latest)}, waiting for {Time(queue.HoldsSince(20))}{threads}", "4 stacks, grouped by top frame", queue.Mean(Recent) >= 100);
    }

    private static Finding? Exceptions(Vitals vitals) => vitals.Exceptions is { } thrown && thrown.Mean(Recent) is >= 5 and var rate
        ? new("exceptions", $"{Number(rate)} exceptions a second for {Time(thrown.HoldsSince(1))}", "6 exceptions by type", rate >= 50)
        : null;

    private static Finding? TimeInGc(Vitals vitals) => vitals.TimeInGc is { } share && share.Mean(Recent) is >= 20 and var percent
        ? new("time-in-gc", $"{Number(percent)} % of the time in garbage collection", "3 trace, profile gc", percent >= 50)
        : null;

    private static Finding? Gen2(Vitals vitals)
    {
        if (vitals.Gen2 is not { } gen2 || gen2.Mean(Recent + Before) * 60 is not (>= 10 and var now))
            return null;
        double earlier = gen2.Mean(60, 240) * 60;
        string then = double.IsNaN(earlier) ? "" : $" ({Number(earlier)} four minutes ago)";
        return new("gen2", $"{Number(now)} gen 2 collections a minute{then}", "3 trace, profile gc", now >= 60);
    }

    private static Finding? HeapGrowth(Vitals vitals)
    {
        if (vitals.Heap is not { Count: >= 120 } heap)
            return null;
        double first = Mean(heap, 0), last = heap.Mean(Recent);
        return last >= first * 1.5 && last >= first + 50
            ? new("heap-growth", $"GC heap {Number(last)} MB, {Number(first)} MB {Time(heap.Count - Recent)} ago", "7 dump or gcdump: what is it that stays?", Urgent: false)
            : null;
    }

    private static Finding? Contention(Vitals vitals) => vitals.Contention is { } waits && waits.Mean(Recent) is >= 100 and var rate
        ? new("contention", $"{Number(rate)} waits for locks a second", "3 trace, profile contention", rate >= 1000)
        : null;

    private static Finding? RequestsWaiting(Vitals vitals)
    {
        if (vitals.RequestsNow is not { } now || !(now.Mean(Recent) >= 20) || !(now.Mean(Recent) >= 2 * now.Mean(Recent, Before)))
            return null;
        return new("requests-waiting", $"{Number(now.Latest)} requests in work, {Number(now.Mean(Recent, Before))} a minute ago", "4 stacks, grouped by top frame", now.Mean(Recent) >= 200);
    }

    private static Finding? RequestsFailed(Vitals vitals)
    {
        if (vitals.RequestsFailed is not { Count: > 1 } failed || failed.Last(60) is not [var first, .., var last] || last <= first)
            return null;
        return new("requests-failed", $"{Number(last - first)} requests failed within {Time(Math.Min(60, failed.Count))}", "5 logs, 6 exceptions", Urgent: false);
    }

    private static double Mean(Series series, int from)
    {
        double sum = 0;
        for (int i = from; i < from + Recent; i++)
            sum += series[i];
        return sum / Recent;
    }

    private static string Number(double value) => value >= 10 ? value.ToString("N0", CultureInfo.InvariantCulture) : Amounts.Value(Math.Round(value, 1));

    private static string Time(int seconds) => Durations.Show(TimeSpan.FromSeconds(seconds));
}
