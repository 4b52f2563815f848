using DebugRelay.Cli.Commands.Trace;
using DebugRelay.Cli.Connection;
using DebugRelay.Cli.Failures;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public class ProviderListTests
{
    private const ulong HeapCollect = 0x800000;

    [Fact]
    public void Reads_every_part() => Assert.Equal(
        [new TraceProvider("A", 0x1F, 4), new TraceProvider("B", 0xFF, 2, "k=v;l=w"), new TraceProvider("C", ulong.MaxValue, 5)],
        ProviderList.Parse("A:0x1F:4,B:ff:Error:k=v;l=w,C"));

    [Fact]
    public void Keywords_left_out_are_all_of_them() => Assert.Equal([new TraceProvider("A", ulong.MaxValue, 3)], ProviderList.Parse("A::3"));

    [Fact]
    public void Keywords_left_out_of_the_runtime_do_not_make_it_collect_its_heap()
        => Assert.Equal(ulong.MaxValue & ~HeapCollect, Assert.Single(ProviderList.Parse("Microsoft-Windows-DotNETRuntime")).Keywords);

    [Fact]
    public void Arguments_with_commas_stand_in_quotation_marks() => Assert.Equal(
        [new TraceProvider("A", ulong.MaxValue, 5, "m=x,y"), new TraceProvider("B", ulong.MaxValue, 5)],
        ProviderList.Parse("A:::\"m=x,y\",B"));

    [Fact]
    public void Values_in_quotation_marks_are_handed_on_as_dotnet_trace_does() => Assert.Equal(
        [new TraceProvider("S", 2, 5, "FilterAndPayloadSpecs=\"A/X:-B;C=D,E\nF/Y\""), new TraceProvider("B", ulong.MaxValue, 5)],
        ProviderList.Parse("S:0x2:5:FilterAndPayloadSpecs=\"A/X:-B;C=D,E\\nF/Y\",B"));

    [Theory]
    [InlineData("")]
    [InlineData(",")]
    [InlineData(":1:2")]
    [InlineData("A:xyz")]
    [InlineData("A:1:6")]
    [InlineData("A:1:loud")]
    [InlineData("A:1:2:\"k=v")]
    public void Refuses_what_is_none(string text) => Assert.Throws<UsageException>(() => ProviderList.Parse(text));

    [Fact]
    public void No_profile_makes_the_runtime_collect_its_heap_or_carries_arguments()
    {
        Assert.Equal(["contention", "cpu", "database", "exceptions", "gc", "http", "logs"], TraceProfiles.Names);
        Assert.All(TraceProfiles.Names.SelectMany(TraceProfiles.Named), provider =>
        {
            Assert.Null(provider.Arguments);
            Assert.True(provider.Name != "Microsoft-Windows-DotNETRuntime" || (provider.Keywords & HeapCollect) == 0);
        });
    }
}
