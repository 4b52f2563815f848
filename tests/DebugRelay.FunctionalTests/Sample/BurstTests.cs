using System.Diagnostics.Tracing;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
using Microsoft.Diagnostics.Tracing;
using Xunit;

namespace DebugRelay.FunctionalTests.Sample;

/// <summary>The load that later measurements stand on.</summary>
public sealed class BurstTests
{
    private const int Enough = 10_000;

    [Fact]
    public async Task Writes_events_of_190_bytes_in_order_as_long_as_somebody_listens()
    {
        await using SampleProcess sample = await SampleProcess.StartAsync("--burst");
        using EventPipeSession session = await new DiagnosticsClient(sample.Id).StartEventPipeSessionAsync(
            [new("DebugRelay-Sample-Burst", EventLevel.Informational)], requestRundown: false, 64, TestContext.Current.CancellationToken);

        long[] numbers = await Task.Run(() => ReadNumbers(session), TestContext.Current.CancellationToken);

        Assert.True(numbers.Length >= Enough);
        Assert.Equal(numbers.Order(), numbers);
    }

    private static long[] ReadNumbers(EventPipeSession session)
    {
        var numbers = new List<long>();
        Task? stop = null;
        using var source = new EventPipeEventSource(session.EventStream);
        source.Dynamic.AddCallbackForProviderEvent("DebugRelay-Sample-Burst", "StockMoved", @event =>
        {
            Assert.Equal(190, @event.EventDataLength);
            numbers.Add((long)@event.PayloadByName("number"));
            if (numbers.Count == Enough) stop = session.StopAsync(CancellationToken.None);
        });
        source.Process();
        stop?.Wait();
        return [.. numbers];
    }
}
