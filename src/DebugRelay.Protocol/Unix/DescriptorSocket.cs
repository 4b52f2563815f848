using System.Buffers;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Runtime.Versioning;

namespace DebugRelay.Protocol.Unix;

/// <summary>Frames over a Unix stream socket whose frames may carry file descriptors (SCM_RIGHTS, unix(7)).</summary>
/// <remarks>
/// A frame's descriptors travel with its first byte, and a receive never reads past the frame that it is in,
/// so that descriptors are never taken for another frame's. One reader and one writer at a time.
/// </remarks>
[SupportedOSPlatform("linux")]
public sealed class DescriptorSocket(Socket socket) : IDisposable
{
    /// <summary>Descriptors that a frame may carry: a FIFO and two files of a dump. Other jobs have a target and an agent's connection.</summary>
    public const int MaximumDescriptors = 3;

    private readonly SemaphoreSlim _writing = new(1, 1);

    /// <summary>Sends a frame with its descriptors. They are duplicated: the caller still owns its own.</summary>
    public async Task SendAsync(FrameType type, ReadOnlyMemory<byte> payload, SafeHandle[] descriptors, CancellationToken cancellation)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(descriptors.Length, MaximumDescriptors);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(payload.Length, Limits.PayloadOf(type));
        byte[] frame = new byte[Frame.HeaderSize + payload.Length];
        Frame.WriteHeader(frame, type, payload.Length);
        payload.CopyTo(frame.AsMemory(Frame.HeaderSize));
        await _writing.WaitAsync(cancellation);
        try
        {
            int sent = descriptors.Length > 0 ? SendWithDescriptors(frame, descriptors) : 0;
            while (sent < frame.Length)
                sent += await socket.SendAsync(frame.AsMemory(sent), cancellation);
        }
        finally
        {
            _writing.Release();
        }
    }

    /// <summary>Receives the next frame and its descriptors, which the caller then owns.</summary>
    /// <returns>The frame, or null when the peer closed between two frames.</returns>
    /// <exception cref="ProtocolException">The peer broke the protocol.</exception>
    public async Task<(Frame Frame, SafeFileDescriptor[] Descriptors)?> ReceiveAsync(CancellationToken cancellation)
    {
        var descriptors = new List<SafeFileDescriptor>();
        try
        {
            byte[] header = new byte[Frame.HeaderSize];
            if (!await ReceiveExactlyAsync(header, descriptors, cancellation))
                return null;
            (FrameType type, int length) = Frame.ReadHeader(header);
            byte[] payload = new byte[length];
            if (length > 0 && !await ReceiveExactlyAsync(payload, descriptors, cancellation))
                throw new ProtocolException(ErrorCode.Truncated, "the stream ended within a frame");
            return (new Frame(type, new ReadOnlySequence<byte>(payload)), descriptors.ToArray());
        }
        catch
        {
            descriptors.ForEach(d => d.Dispose());
            throw;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        socket.Dispose();
        _writing.Dispose();
    }

    private int SendWithDescriptors(ReadOnlySpan<byte> frame, SafeHandle[] descriptors)
    {
        int[] numbers = Array.ConvertAll(descriptors, d => (int)d.DangerousGetHandle());
        int sent = DescriptorPassing.Send(socket.SafeHandle, frame, numbers);
        GC.KeepAlive(descriptors);
        return sent;
    }

    private async Task<bool> ReceiveExactlyAsync(Memory<byte> buffer, List<SafeFileDescriptor> descriptors, CancellationToken cancellation)
    {
        int have = 0;
        while (have < buffer.Length)
        {
            // A receive of zero bytes waits until there is something; the real one then does not block.
            await socket.ReceiveAsync(Memory<byte>.Empty, cancellation);
            int got = DescriptorPassing.Receive(socket.SafeHandle, buffer.Span[have..], descriptors);
            if (got == 0)
                return have == 0 ? false : throw new ProtocolException(ErrorCode.Truncated, "the stream ended within a frame");
            if (descriptors.Count > MaximumDescriptors)
                throw new ProtocolException(ErrorCode.BadMessage, "a frame came with too many descriptors");
            have += Math.Max(got, 0);
        }
        return true;
    }
}
