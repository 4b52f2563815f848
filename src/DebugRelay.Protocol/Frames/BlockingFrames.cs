using System.Buffers;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Protocol;

/// <summary>Frames over a blocking socket, read and written to the byte: nothing is read ahead.</summary>
/// <remarks>
/// For a socket that is handed to another process. An asynchronous operation would enter it into this process's event loop, where it would
/// stay, and wake us for the other's data, after our descriptor is closed. The socket's own time limits hold.
/// </remarks>
public sealed class BlockingFrames(Socket socket)
{
    /// <summary>Reads the next frame, which must be of one type.</summary>
    /// <exception cref="ProtocolException">Another came, the stream ended, or the socket's time limit passed.</exception>
    public T Expect<T>(FrameType type, JsonTypeInfo<T> json)
        where T : class
    {
        (FrameType came, byte[] payload) = Receive();
        return came == type
            ? new Frame(type, new ReadOnlySequence<byte>(payload)).Read(json)
            : throw new ProtocolException(ErrorCode.UnexpectedFrame, $"{came} came where {type} was due");
    }

    /// <summary>Reads the next frame.</summary>
    /// <exception cref="ProtocolException">The stream ended, the header breaks a rule, or the socket's time limit passed.</exception>
    public (FrameType Type, byte[] Payload) Receive()
    {
        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        ReceiveExactly(header);
        (FrameType type, int length) = Frame.ReadHeader(header);
        byte[] payload = new byte[length];
        ReceiveExactly(payload);
        return (type, payload);
    }

    /// <summary>Reads the next frame, which must be of one type and has no content.</summary>
    /// <exception cref="ProtocolException">Another came, the stream ended, or the socket's time limit passed.</exception>
    public void Expect(FrameType type)
    {
        if (Receive().Type is var came && came != type)
            throw new ProtocolException(ErrorCode.UnexpectedFrame, $"{came} came where {type} was due");
    }

    /// <summary>Writes a control frame.</summary>
    public void Write<T>(FrameType type, T message, JsonTypeInfo<T> json) => Write(type, JsonSerializer.SerializeToUtf8Bytes(message, json));

    /// <summary>Writes a frame.</summary>
    public void Write(FrameType type, ReadOnlySpan<byte> payload)
    {
        Span<byte> header = stackalloc byte[Frame.HeaderSize];
        Frame.WriteHeader(header, type, payload.Length);
        // Apart: a frame put together would be a new piece of a quarter of a megabyte each time.
        Send(header);
        Send(payload);
    }

    private void Send(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[socket.Send(bytes, SocketFlags.None)..];
    }

    private void ReceiveExactly(Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int got = socket.Receive(buffer, SocketFlags.None);
                if (got == 0)
                    throw new ProtocolException(ErrorCode.Truncated, "the stream ended before a whole frame came");
                buffer = buffer[got..];
            }
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.TimedOut or SocketError.WouldBlock)
        {
            throw new ProtocolException(ErrorCode.TimedOut, "no whole frame came in time");
        }
    }
}
