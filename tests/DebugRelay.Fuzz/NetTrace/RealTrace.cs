using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Fuzz;

/// <summary>A trace of this process: a few events of both kinds of event source.</summary>
internal static class RealTrace
{
    public static byte[] Take() => TakeAsync().GetAwaiter().GetResult();

    private static async Task<byte[]> TakeAsync()
    {
        using var source = new FewEvents();
        using var session = await new DiagnosticsClient(Environment.ProcessId).StartEventPipeSessionAsync(
            [new EventPipeProvider(FewEvents.Name, EventLevel.Verbose, -1)], requestRundown: false, circularBufferMB: 1, CancellationToken.None);
        var received = new MemoryStream();
        var reading = session.EventStream.CopyToAsync(received);
        source.Placed("order 7", 12.5);
        source.Write("Described", new { Customer = "somebody", IsPaid = true, Item = new { Name = "apron" } });
        await session.StopAsync(CancellationToken.None);
        await reading;
        return received.ToArray();
    }

    [EventSource(Name = Name)]
    private sealed class FewEvents() : EventSource(EventSourceSettings.EtwSelfDescribingEventFormat)
    {
        public new const string Name = "DebugRelay-Fuzz";

        [Event(1)]
        public void Placed(string order, double total) => WriteEvent(1, order, total);
    }
}
