using System.Net;
using System.Net.Sockets;

namespace DebugRelay.TestSupport.Hosts;

/// <summary>A bad way to a host: it breaks (when so many bytes have come over one connection, all are cut, once), or is slow (each piece takes its time), or both.</summary>
public sealed class BadNetwork : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<Socket> _sockets = [];
    private readonly int _port;
    private readonly long _after;
    private readonly int _piece;
    private readonly TimeSpan _delay;
    private int _cuts;

    /// <param name="port">The host's.</param>
    /// <param name="cutAfter">Bytes.</param>
    /// <param name="piece">Most bytes that go on at once.</param>
    /// <param name="delay">What each piece takes.</param>
    public BadNetwork(int port, long cutAfter = long.MaxValue, int piece = 64 * 1024, TimeSpan delay = default)
    {
        (_port, _after, _piece, _delay) = (port, cutAfter, piece, delay);
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
        byte[] buffer = new byte[_piece];
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
                if (_delay > TimeSpan.Zero)
                    await Task.Delay(_delay);
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
