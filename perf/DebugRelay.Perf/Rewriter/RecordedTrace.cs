using System.Diagnostics.Tracing;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Perf.Rewriter;

/// <summary>Traces of the sample shop, a process of its own.</summary>
internal static class RecordedTrace
{
    private const string BurstProvider = "DebugRelay-Sample-Burst";
    private const int BurstSize = 100_000_000;
    private const int BufferMegabytes = 256;
    private static readonly TimeSpan MixedTime = TimeSpan.FromSeconds(8);

    public static EventPipeProvider[] BurstProviders { get; } = [new(BurstProvider, EventLevel.Verbose, -1)];

    /// <summary>About 100 MB of one event type, written at the limit of one thread.</summary>
    public static async Task<byte[]> BurstAsync()
    {
        await using var sample = await SampleProcess.StartAsync("--burst");
        var received = new MemoryStream();
        using var session = await StartAsync(sample, BurstProviders, rundown: false);
        var buffer = new byte[128 * 1024];
        while (received.Length < BurstSize && await session.EventStream.ReadAsync(buffer) is > 0 and var count) received.Write(buffer, 0, count);
        await DrainAsync(session, received);
        return received.ToArray();
    }

    /// <summary>A busy shop under the providers that an engineer asks for, and what the runtime tells at the end.</summary>
    public static async Task<byte[]> MixedAsync()
    {
        await using var sample = await SampleProcess.StartAsync("--rate", "400");
        EventPipeProvider[] providers =
        [
            new("Microsoft-Extensions-Logging", EventLevel.Verbose, -1), new("System.Net.Http", EventLevel.Verbose, -1),
            new("Microsoft-AspNetCore-Server-Kestrel", EventLevel.Verbose, -1), new("Microsoft-Windows-DotNETRuntime", EventLevel.Verbose, 0x4C14FCCBD),
            new("Microsoft-DotNETCore-SampleProfiler", EventLevel.Verbose, -1), new("System.Threading.Tasks.TplEventSource", EventLevel.Verbose, -1),
        ];
        var received = new MemoryStream();
        using var session = await StartAsync(sample, providers, rundown: true);
        var reading = session.EventStream.CopyToAsync(received);
        await Task.Delay(MixedTime);
        await session.StopAsync(CancellationToken.None);
        await reading;
        return received.ToArray();
    }

    private static Task<EventPipeSession> StartAsync(SampleProcess sample, EventPipeProvider[] providers, bool rundown)
        => new DiagnosticsClient(sample.Id).StartEventPipeSessionAsync(
            new EventPipeSessionConfiguration(providers, BufferMegabytes, rundown), CancellationToken.None);

    private static async Task DrainAsync(EventPipeSession session, Stream received)
    {
        var reading = session.EventStream.CopyToAsync(received);
        await session.StopAsync(CancellationToken.None);
        await reading;
    }
}
