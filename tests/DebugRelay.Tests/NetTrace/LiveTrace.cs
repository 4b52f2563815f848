using Xunit;
using System.Diagnostics.Tracing;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Tests.NetTrace;

/// <summary>Real traces: an EventPipe session of the runtime on the test's own process.</summary>
internal static class LiveTrace
{
    /// <summary>One session at a time: a process that traces itself twice over waits for itself.</summary>
    private static readonly SemaphoreSlim OneAtATime = new(1);

    /// <summary>Asks for every keyword; 0 would lose the events of the params overload and of Write&lt;T&gt;.</summary>
    public static EventPipeProvider Provider(string name, long keywords = -1, EventLevel level = EventLevel.Verbose) => new(name, level, keywords);

    /// <summary>What the runtime sends while <paramref name="emit"/> runs.</summary>
    public static async Task<byte[]> CaptureAsync(Action emit, bool rundown, params EventPipeProvider[] providers)
    {
        await OneAtATime.WaitAsync(TestContext.Current.CancellationToken);
        try
        {
            return await CaptureAloneAsync(emit, rundown, providers);
        }
        finally
        {
            OneAtATime.Release();
        }
    }

    private static async Task<byte[]> CaptureAloneAsync(Action emit, bool rundown, EventPipeProvider[] providers)
    {
        var client = new DiagnosticsClient(Environment.ProcessId);
        using var session = await client.StartEventPipeSessionAsync(
            new EventPipeSessionConfiguration(providers, circularBufferSizeMB: 64, requestRundown: rundown), TestContext.Current.CancellationToken);
        var received = new MemoryStream();
        var reading = session.EventStream.CopyToAsync(received, TestContext.Current.CancellationToken);
        emit();
        await session.StopAsync(TestContext.Current.CancellationToken);
        await reading;
        return received.ToArray();
    }
}
