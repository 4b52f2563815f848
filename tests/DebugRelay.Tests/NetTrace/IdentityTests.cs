using Xunit;
using DebugRelay.NetTrace;

namespace DebugRelay.Tests.NetTrace;

public class IdentityTests
{
    [Fact]
    public async Task Keeping_everything_gives_the_same_bytes()
    {
        var trace = await Traces.ManagedAsync();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.KeepAll);

        Assert.Equal(RewriteState.Complete, summary.State);
        Assert.True(trace.AsSpan().SequenceEqual(output));
        Assert.Equal(trace.Length, summary.Counts.BytesIn);
        Assert.Equal(trace.Length, summary.Counts.BytesOut);
        Assert.True(summary.Counts.EventsIn >= Traces.ManagedEventCount);
        Assert.Equal(summary.Counts.EventsIn, summary.Counts.EventsOut);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    [InlineData(4096)]
    [InlineData(int.MaxValue)]
    public async Task The_sizes_of_reads_do_not_matter(int size)
    {
        var trace = await Traces.ManagedAsync();
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.KeepAll, () => size);
        Assert.Equal(RewriteState.Complete, summary.State);
        Assert.True(trace.AsSpan().SequenceEqual(output));
    }

    [Fact]
    public async Task Reads_cut_anywhere_do_not_matter()
    {
        var trace = await Traces.ManagedAsync();
        var random = new Random(42);
        var (output, _) = await Rewriting.RunAsync(trace, Filter.KeepAll, () => random.Next(1, 5000));
        Assert.True(trace.AsSpan().SequenceEqual(output));
    }
}
