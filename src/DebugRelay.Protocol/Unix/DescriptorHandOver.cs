using System.Net.Sockets;
using System.Runtime.Versioning;

namespace DebugRelay.Protocol.Unix;

/// <summary>Connections are sockets, and their descriptors are passed.</summary>
[SupportedOSPlatform("linux")]
public sealed class DescriptorHandOver(DescriptorSocket socket) : IHandOver
{
    /// <inheritdoc/>
    public async Task SendAsync(FrameType type, ReadOnlyMemory<byte> payload, Stream[] connections, CancellationToken cancellation)
    {
        try
        {
            await socket.SendAsync(type, payload, Array.ConvertAll(connections, c => ((NetworkStream)c).Socket.SafeHandle), cancellation);
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
        // They were duplicated. The stream's own end would end them for the other, too.
        Array.ForEach(connections, c => ((NetworkStream)c).Socket.Dispose());
    }

    /// <inheritdoc/>
    public async Task<(Frame Frame, Stream[] Connections)?> ReceiveAsync(CancellationToken cancellation)
    {
        try
        {
            return await socket.ReceiveAsync(cancellation) is var (frame, descriptors) ? (frame, Array.ConvertAll(descriptors, ToConnection)) : null;
        }
        catch (SocketException e)
        {
            throw new IOException(e.Message, e);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => socket.Dispose();

    private static Stream ToConnection(SafeFileDescriptor descriptor)
        => new NetworkStream(new Socket(new SafeSocketHandle(descriptor.Detach(), ownsHandle: true)), ownsSocket: true);
}
