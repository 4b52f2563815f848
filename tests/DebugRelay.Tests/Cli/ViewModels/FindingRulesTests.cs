using DebugRelay.Cli.ViewModels;
using Xunit;

namespace DebugRelay.Tests.Cli.ViewModels;

/// <summary>What stands out is arithmetic: each rule fires at its threshold, and not below it.</summary>
public sealed class FindingRulesTests
{
    public static TheoryData<string, string, double, double> Thresholds => new()
    {
        { "cpu", "cpu-usage", 79, 80 },
        { "pool-queue", "threadpool-queue-length", 19, 20 },
        { "exceptions", "exception-count", 4.9, 5 },
        { "time-in-gc", "time-in-gc", 19, 20 },
        { "gen2", "gen-2-gc-count", 9.0 / 60, 10.001 / 60 },
        { "contention", "monitor-lock-contention-count", 99, 100 },
    };

    [Theory]
    [MemberData(nameof(Thresholds))]
    public void A_rule_fires_at_its_threshold(string rule, string counter, double below, double at)
    {
        Assert.DoesNotContain(FindingRules.Judge(Steady(counter, below)), finding => finding.Rule == rule);
        Finding finding = Assert.Single(FindingRules.Judge(Steady(counter, at)), each => each.Rule == rule);
        Assert.False(finding.Urgent);
    }

    [Theory]
    [InlineData("cpu", "cpu-usage", 96)]
    [InlineData("pool-queue", "threadpool-queue-length", 100)]
    [InlineData("exceptions", "exception-count", 50)]
    [InlineData("time-in-gc", "time-in-gc", 50)]
    [InlineData("gen2", "gen-2-gc-count", 1.01)]
    [InlineData("contention", "monitor-lock-contention-count", 1000)]
    public void Far_beyond_it_is_urgent(string rule, string counter, double value)
        => Assert.True(Assert.Single(FindingRules.Judge(Steady(counter, value)), each => each.Rule == rule).Urgent);

    [Fact]
    public void A_queue_that_falls_does_not_stand_out()
    {
        CounterBook book = new();
        for (int second = 0; second < 60; second++)
            Add(book, "threadpool-queue-length", 600 - (second * 9));
        Assert.Empty(FindingRules.Judge(new Vitals(book)));
    }

    [Fact]
    public void A_heap_that_grows_by_half_and_fifty_megabytes_stands_out()
    {
        (CounterBook small, CounterBook large) = (new(), new());
        for (int second = 0; second < 180; second++)
        {
            Add(small, "gc-heap-size", 10 + (second * 0.2));
            Add(large, "gc-heap-size", 200 + second);
        }
        Assert.Empty(FindingRules.Judge(new Vitals(small)));
        Assert.Equal("heap-growth", Assert.Single(FindingRules.Judge(new Vitals(large))).Rule);
    }

    [Fact]
    public void Every_rule_says_when_it_fires_and_has_its_own_name()
    {
        Assert.All(FindingRules.All, rule => Assert.Matches("[0-9]|became more", rule.Says));
        Assert.Equal(FindingRules.All.Count, FindingRules.All.Select(rule => rule.Name).Distinct().Count());
    }

    private static Vitals Steady(string counter, double value)
    {
        var book = new CounterBook();
        for (int second = 0; second < 90; second++)
            Add(book, counter, value);
        return new Vitals(book);
    }

    private static void Add(CounterBook book, string counter, double value)
        => book.Add(new CounterSample(DateTime.UnixEpoch, "System.Runtime", counter, counter, "", "", value));
}
