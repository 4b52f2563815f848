using System.Diagnostics.Tracing;

namespace DebugRelay.Sample;

/// <summary>The load of <c>--burst</c>: one thread that writes one event as fast as it can while somebody listens.</summary>
internal static class Burst
{
    private static readonly TimeSpan WaitForListener = TimeSpan.FromMilliseconds(10);

    public static void Start(WebApplication shop, SampleOptions options)
    {
        if (!options.Burst) return;
        CancellationToken stopping = shop.Lifetime.ApplicationStopping;
        new Thread(() => WriteUntil(stopping)) { Name = "burst", IsBackground = true }.Start();
    }

    private static void WriteUntil(CancellationToken stopping)
    {
        for (long number = 0; !stopping.IsCancellationRequested;)
        {
            if (BurstEvents.Log.IsEnabled()) BurstEvents.Log.StockMoved(number++, BurstEvents.Text);
            else stopping.WaitHandle.WaitOne(WaitForListener);
        }
    }
}

/// <summary>A provider of its own, so that the load is switched on by who asks for it.</summary>
[EventSource(Name = "DebugRelay-Sample-Burst")]
internal sealed class BurstEvents : EventSource
{
    public static readonly BurstEvents Log = new();

    /// <summary>90 characters: with the number and the terminator the event's payload is 190 bytes.</summary>
    public const string Text = "moved 12 pieces of Blue Heron Teapot from shelf 17 of hall 4 to the packing table, row 009";

    [Event(1, Level = EventLevel.Informational)]
    public void StockMoved(long number, string text) => WriteEvent(1, number, text);
}
