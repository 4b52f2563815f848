using DebugRelay.Cli.Observing;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public class CounterGroupTests
{
    [Fact]
    public void Reads_names_and_choices()
    {
        IReadOnlyList<CounterGroup> groups = CounterGroup.Parse("System.Runtime[cpu-usage, working-set],Shop,Other[a]");

        Assert.Equal(["System.Runtime", "Shop", "Other"], groups.Select(group => group.Name));
        Assert.Equal(["cpu-usage", "working-set"], groups[0].Chosen);
        Assert.Empty(groups[1].Chosen);
        Assert.Equal(["a"], groups[2].Chosen);
    }

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData("[a]")]
    [InlineData("A[b")]
    public void Refuses_what_is_none(string text) => Assert.Throws<UsageException>(() => CounterGroup.Parse(text));

    [Fact]
    public void The_runtimes_counters_alone_need_no_meters()
    {
        TraceProvider only = Assert.Single(CounterGroup.ProvidersOf(CounterGroup.Default, 2));
        Assert.Equal(("System.Runtime", "EventCounterIntervalSec=2"), (only.Name, only.Arguments));
    }

    [Fact]
    public void Any_other_name_may_be_a_provider_or_a_meter()
    {
        IReadOnlyList<TraceProvider> providers = CounterGroup.ProvidersOf(CounterGroup.Parse("System.Runtime,Shop,Stock"), 1);

        Assert.Equal(["System.Runtime", "Shop", "Stock", "System.Diagnostics.Metrics"], providers.Select(provider => provider.Name));
        Assert.Contains(";Metrics=Shop,Stock;RefreshInterval=1;", providers[^1].Arguments, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Shop", "orders", true)]
    [InlineData("shop", "ORDERS", true)]
    [InlineData("Shop", "stock", false)]
    [InlineData("Other", "orders", false)]
    public void Shows_what_was_chosen(string provider, string name, bool shown)
    {
        var reading = new CounterReading(DateTime.UnixEpoch, provider, name, name, "", "", Rate: false, 1);
        Assert.Equal(shown, CounterGroup.Parse("Shop[orders]")[0].Includes(reading));
    }
}
