using System.Diagnostics.Tracing;
using DebugRelay.Cli.Connection;
using Microsoft.Diagnostics.NETCore.Client;

namespace DebugRelay.Cli.Commands.Demo;

/// <summary>
/// What the shop's runtime says without any relay: the demo may read its own child. It shows what would get out, and that the search for
/// secrets finds them where they are.
/// </summary>
internal sealed class DirectTrace : IAsyncDisposable
{
    private readonly EventPipeSession _session;
    private readonly MemoryStream _bytes = new();
    private readonly Task _reading;

    private DirectTrace(EventPipeSession session)
    {
        _session = session;
        _reading = session.EventStream.CopyToAsync(_bytes);
    }

    public static async Task<DirectTrace> StartAsync(int pid, EventPipeOrder order, CancellationToken cancellation)
    {
        EventPipeProvider[] providers =
            [.. order.Providers.Select(provider => new EventPipeProvider(provider.Name, (EventLevel)provider.Level, unchecked((long)provider.Keywords)))];
        return new DirectTrace(await new DiagnosticsClient(pid).StartEventPipeSessionAsync(providers, requestRundown: false, order.BufferMegabytes, cancellation));
    }

    public async Task<byte[]> StopAsync()
    {
        await _session.StopAsync(CancellationToken.None);
        await _reading;
        return _bytes.ToArray();
    }

    public async ValueTask DisposeAsync()
    {
        _session.Dispose();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        await _bytes.DisposeAsync();
    }
}
