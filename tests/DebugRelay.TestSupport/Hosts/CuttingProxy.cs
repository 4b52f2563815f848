using System.Net;
using System.Net.Sockets;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>A way to a host that breaks: when so many bytes have come from it over one connection, all connections are cut, once.</summary>
public sealed class CuttingProxy : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly int _port;
    private readonly long _after;
    private int _cuts;

    /// <param name="port">The host's.</param>
    /// <param name="after">Bytes.</param>
    public CuttingProxy(int port, long after)
    {
        (_port, _after) = (port, after);
        _listener.Start();
        _ = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>How often it cut.</summary>
    public int Cuts => _cuts;

    public void Dispose()
    {
        _listener.Dispose();
        Cut();
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                Socket client = await _listener.AcceptSocketAsync();
                var host = new Socket(SocketType.Stream, ProtocolType.Tcp);
                await host.ConnectAsync(IPAddress.Loopback, _port);
                lock (_sockets)
                    _sockets.AddRange([client, host]);
                _ = PumpAsync(client, host, counts: false);
                _ = PumpAsync(host, client, counts: true);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private async Task PumpAsync(Socket from, Socket to, bool counts)
    {
        byte[] buffer = new byte[64 * 1024];
        long passed = 0;
        try
        {
            while (await from.ReceiveAsync(buffer) is > 0 and var got)
            {
                passed += got;
                if (counts && passed > _after && Interlocked.CompareExchange(ref _cuts, 1, 0) == 0)
                {
                    Cut();
                    return;
                }
                for (int sent = 0; sent < got;)
                    sent += await to.SendAsync(buffer.AsMemory(sent, got - sent));
            }
            to.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Cut.
        }
    }

    private void Cut()
    {
        lock (_sockets)
        {
            _sockets.ForEach(socket => socket.Dispose());
            _sockets.Clear();
        }
    }
}
