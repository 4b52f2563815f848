using System.Net;
using System.Net.Sockets;
using DebugRelay.Protocol.Unix;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Transport.Sockets;

namespace DebugRelay.Agent.Transport;

/// <summary>Listens as Kestrel's own transport does, except where descriptors run out: that one tries again without a pause, each time with an exception, and takes a processor and the last of the memory.</summary>
internal sealed partial class ListenerFactory : IConnectionListenerFactory, IDisposable
{
    private const int Backlog = 512;

    private readonly DescriptorReserve _reserve;
    private readonly SocketConnectionContextFactory _connections;
    private readonly ILogger<ListenerFactory> _logger;

    public ListenerFactory(DescriptorReserve reserve, ILogger<ListenerFactory> logger)
    {
        (_reserve, _logger, _connections) = (reserve, logger, new SocketConnectionContextFactory(new SocketConnectionFactoryOptions(), logger));
        reserve.Changed += Tell;
    }

    /// <inheritdoc/>
    public ValueTask<IConnectionListener> BindAsync(EndPoint endpoint, CancellationToken cancellationToken = default)
    {
        try
        {
            Socket socket = SocketTransportOptions.CreateDefaultBoundListenSocket(endpoint);
            socket.Listen(Backlog);
            return ValueTask.FromResult<IConnectionListener>(new Listener(socket, socket.LocalEndPoint ?? endpoint, this));
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            // What Kestrel tells the address of.
            throw new AddressInUseException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _reserve.Changed -= Tell;
        _connections.Dispose();
    }

    private void Tell(bool isShort)
    {
        if (isShort)
            Log.Short(_logger);
        else
            Log.Enough(_logger);
    }

    private sealed class Listener(Socket socket, EndPoint endpoint, ListenerFactory factory) : IConnectionListener
    {
        private readonly CancellationTokenSource _unbound = new();

        public EndPoint EndPoint => endpoint;

        public async ValueTask<ConnectionContext?> AcceptAsync(CancellationToken cancellationToken = default)
        {
            while (true)
            {
                try
                {
                    await factory._reserve.UntilRoomAsync(_unbound.Token);
                    Socket accepted = await socket.AcceptAsync(_unbound.Token);
                    if (accepted.RemoteEndPoint is IPEndPoint)
                        accepted.NoDelay = true;
                    return factory._connections.Create(accepted);
                }
                catch (Exception e) when (e is OperationCanceledException or ObjectDisposedException)
                {
                    return null;
                }
                catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
                {
                    // The one who came is gone again.
                }
                catch (SocketException)
                {
                    // No descriptor or no memory for him: he waits in the backlog.
                    factory._reserve.Look();
                    await Task.Delay(Limits.DescriptorsLook, CancellationToken.None);
                }
            }
        }

        public async ValueTask UnbindAsync(CancellationToken cancellationToken = default)
        {
            await _unbound.CancelAsync();
            socket.Dispose();
        }

        public ValueTask DisposeAsync()
        {
            socket.Dispose();
            _unbound.Dispose();
            return ValueTask.CompletedTask;
        }
    }

    private static partial class Log
    {
        [LoggerMessage(1, LogLevel.Error, "file descriptors run out (LimitNOFILE, ulimit -n): nothing new is served until some are free")]
        public static partial void Short(ILogger logger);

        [LoggerMessage(2, LogLevel.Information, "there are file descriptors again: the host serves")]
        public static partial void Enough(ILogger logger);
    }
}
