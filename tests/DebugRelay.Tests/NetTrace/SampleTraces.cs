using System.Diagnostics.Tracing;
using System.Text;
using DebugRelay.TestSupport.Processes;
using Microsoft.Diagnostics.NETCore.Client;
using Xunit;

namespace DebugRelay.Tests.NetTrace;

/// <summary>Traces of one sample shop, each taken until what was asked for stands in it.</summary>
public sealed class SampleTraces : IAsyncLifetime
{
    /// <summary>Bounds the wait for what never comes.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(20);

    private SampleProcess _sample = null!;

    public async ValueTask InitializeAsync() => _sample = await SampleProcess.StartAsync("--rate", "200");

    public ValueTask DisposeAsync() => _sample.DisposeAsync();

    internal static EventPipeProvider Provider(string name, long keywords = -1, params (string Key, string Value)[] arguments)
        => new(name, EventLevel.Verbose, keywords, arguments.ToDictionary(a => a.Key, a => a.Value));

    /// <summary>Traces until each of the texts stands in what came.</summary>
    internal async Task<byte[]> UntilAsync(string[] texts, bool rundown, params EventPipeProvider[] providers)
    {
        var missing = texts.ToList();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        limit.CancelAfter(Limit);
        var client = new DiagnosticsClient(_sample.Id);
        using var session = await client.StartEventPipeSessionAsync(
            new EventPipeSessionConfiguration(providers, circularBufferSizeMB: 64, requestRundown: rundown), limit.Token);
        var received = new MemoryStream();
        // The end of the wait is an end of the trace; what was missing then is told.
        using var giveUp = limit.Token.Register(() => _ = session.StopAsync(CancellationToken.None));
        var buffer = new byte[64 * 1024];
        Task? stopping = null;
        while (await session.EventStream.ReadAsync(buffer, TestContext.Current.CancellationToken) is > 0 and var count)
        {
            received.Write(buffer, 0, count);
            missing.RemoveAll(text => received.GetBuffer().AsSpan(0, (int)received.Length).IndexOf(Encoding.Unicode.GetBytes(text)) >= 0);
            // The runtime answers the stop after the rest of the stream was read, so it must not be waited for here.
            if (missing.Count == 0) stopping ??= session.StopAsync(TestContext.Current.CancellationToken);
        }
        Assert.Empty(missing);
        await stopping!;
        return received.ToArray();
    }
}
