using System.Net.Sockets;
using System.Runtime.Versioning;
using DebugRelay.Protocol;
using DebugRelay.Protocol.Unix;

namespace DebugRelay.Broker.Hosting;

/// <summary>Listens on a Unix socket, and asks the kernel who comes.</summary>
[SupportedOSPlatform("linux")]
internal sealed class UnixListener : IAgentListener
{
    private readonly string _path;
    private readonly IReadOnlySet<uint> _agents;
    private readonly DescriptorReserve _reserve;
    private readonly Socket _socket;

    /// <param name="path">Where. Where a service manager has opened a socket for us that one is taken.</param>
    /// <param name="agents">Users who may come. Where they are more than our own they come in by our group, and each is asked who he is.</param>
    /// <param name="reserve">Without descriptors nobody is accepted for a while.</param>
    public UnixListener(string path, IReadOnlySet<uint> agents, DescriptorReserve reserve)
    {
        (_path, _agents, _reserve) = (path, agents, reserve);
        _socket = Open(path, agents.Count > 1);
    }

    /// <inheritdoc/>
    public async Task<Stream> AcceptAsync(CancellationToken cancellation)
    {
        while (true)
        {
            Socket socket = await AcceptOneAsync(cancellation);
            if (IsAgent(socket))
                return new NetworkStream(socket, ownsSocket: true);
            socket.Dispose();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _socket.Dispose();
        if (ServiceManager.Sockets().Count == 0)
            File.Delete(_path);
    }

    private static Socket Open(string path, bool forGroup)
    {
        // Who has opened it for us has given it its place and its rights.
        if (ServiceManager.Sockets() is [var given, ..])
            return new Socket(new SafeSocketHandle(given, ownsHandle: true));
        var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        // What a dead broker left here would be in the way; a live one's connections are not touched by it.
        File.Delete(path);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | (forGroup ? UnixFileMode.GroupRead | UnixFileMode.GroupWrite : 0));
        listener.Listen(64);
        return listener;
    }

    private bool IsAgent(Socket socket)
    {
        try
        {
            return _agents.Contains(PeerCredentials.Of(socket).Uid);
        }
        catch (SocketException)
        {
            // He has gone.
            return false;
        }
    }

    /// <summary>Without descriptors nothing can be accepted for a while: that is no reason to drop those who are served.</summary>
    private async Task<Socket> AcceptOneAsync(CancellationToken cancellation)
    {
        while (true)
        {
            await _reserve.UntilRoomAsync(cancellation);
            try
            {
                return await _socket.AcceptAsync(cancellation);
            }
            catch (SocketException e)
            {
                BrokerLog.Error($"no connection could be accepted ({e.SocketErrorCode})");
                _reserve.Look();
                await Task.Delay(Limits.DescriptorsLook, cancellation);
            }
        }
    }
}
