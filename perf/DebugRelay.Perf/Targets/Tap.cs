using System.Net.Sockets;
using DebugRelay.TestSupport.Hosts;

namespace DebugRelay.Perf.Targets;

/// <summary>This process's diagnostic socket, behind which another process answers.</summary>
internal sealed class Tap : IDisposable
{
    /// <summary>The runtime's answer before a stream.</summary>
    public const int ReplyBytes = 28;

    private readonly Socket _listener = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly List<Arrivals> _streams = [];
    private readonly string _target;

    public Tap(string folder, int target)
    {
        _target = Directory.GetFiles(Path.GetTempPath(), $"dotnet-diagnostic-{target}-*-socket").Single();
        _listener.Bind(new UnixDomainSocketEndPoint(Path.Combine(folder, $"dotnet-diagnostic-{Environment.ProcessId}-{HostProcesses.StartTimeOf(Environment.ProcessId)}-socket")));
        _listener.Listen();
        _ = AcceptAsync();
    }

    /// <summary>What the target said on each connection.</summary>
    public IReadOnlyList<Arrivals> Streams => _streams;

    public void Dispose() => _listener.Dispose();

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
                _ = ServeAsync(await _listener.AcceptAsync());
        }
        catch (SocketException)
        {
            // It was disposed of.
        }
    }

    private async Task ServeAsync(Socket host)
    {
        using (host)
        using (var target = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            await target.ConnectAsync(new UnixDomainSocketEndPoint(_target));
            var arrivals = new Arrivals();
            lock (_streams)
                _streams.Add(arrivals);
            Task asking = CarryAsync(host, target, null);
            await CarryAsync(target, host, arrivals);
            host.Shutdown(SocketShutdown.Both);
            await asking;
        }
    }

    private static async Task CarryAsync(Socket from, Socket to, Arrivals? arrivals)
    {
        byte[] buffer = new byte[256 * 1024];
        try
        {
            for (int read; (read = await from.ReceiveAsync(buffer)) > 0;)
            {
                arrivals?.Add(buffer[..read]);
                await to.SendAsync(buffer.AsMemory(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // One side is gone.
        }
    }
}
