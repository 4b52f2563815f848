using System.Text;
using DebugRelay.NetTrace;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

public class ClosedTests
{
    private static readonly byte[] Secret = Encoding.Unicode.GetBytes("alice@example.com");

    [Fact]
    public async Task What_cannot_be_read_is_blanked_and_counted()
    {
        var trace = await Traces.IndescribableAsync();
        Assert.True(trace.AsSpan().IndexOf(Secret) >= 0);
        var (output, summary) = await Rewriting.RunAsync(trace, Filter.VisitAll);

        Assert.Equal(RewriteState.Complete, summary.State);
        Assert.Equal(4, summary.Counts.Blanked[BlankReason.UnknownSchema]);
        Assert.Equal(1, summary.Counts.Blanked[BlankReason.SchemaMismatch]);
        Assert.True(output.AsSpan().IndexOf(Secret) < 0);
        Assert.Equal(TraceReading.Of(trace).Events.Count, TraceReading.Of(output).Events.Count);
    }

    [Fact]
    public async Task A_stream_cut_anywhere_gives_its_whole_blocks_and_an_end()
    {
        var trace = await Traces.IndescribableAsync();
        var (whole, _) = await Rewriting.RunAsync(trace, Filter.KeepAll);
        for (var length = 0; length < trace.Length; length += 7)
        {
            var (output, summary) = await Rewriting.RunAsync(trace[..length], Filter.KeepAll);
            Assert.Equal(RewriteState.Truncated, summary.State);
            if (output.Length == 0) continue;
            Assert.True(output.AsSpan(0, output.Length - 1).SequenceEqual(whole.AsSpan(0, output.Length - 1)));
            Assert.Equal(0, TraceReading.Of(output).EventsLost);
        }
    }

    [Fact]
    public async Task A_stream_with_any_byte_changed_never_throws_and_stays_readable()
    {
        var trace = await Traces.IndescribableAsync();
        var random = new Random(11);
        for (var round = 0; round < 3_000; round++)
        {
            var broken = (byte[])trace.Clone();
            broken[random.Next(broken.Length)] = (byte)random.Next(256);
            var (output, summary) = await Rewriting.RunAsync(broken, Filter.Replacing(_ => "x"));
            Assert.True(summary.State is RewriteState.Complete or RewriteState.Truncated or RewriteState.Malformed);
            Assert.Equal(summary.State == RewriteState.Malformed, summary.Error != NetTraceError.None);
            Assert.True(output.AsSpan().IndexOf(Secret) < 0);
        }
    }
}
