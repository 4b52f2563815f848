using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Protocol;

/// <summary>Frames over a connection, read and written blocking and to the byte: nothing is read ahead.</summary>
/// <remarks>
/// For a connection that is handed to another process. An asynchronous operation would enter its socket into this process's event loop, where it would
/// stay, and wake us for the other's data, after our descriptor is closed. The connection's own time limits hold.
/// </remarks>
public sealed class BlockingFrames(Stream connection)
{
    /// <summary>Reads the next frame, which must be of one type.</summary>
    /// <exception cref="ProtocolException">Another came, the stream ended, or the connection's time limit passed.</exception>
    public T Expect<T>(FrameType type, JsonTypeInfo<T> json)
        where T : class
    {
        (FrameType came, byte[] payload) = Receive();
        return came == type
            ? new Frame(type, new ReadOnlySequence<byte>(payload)).Read(json)
            : throw new ProtocolException(ErrorCode.UnexpectedFrame, $"{came} came where {type} was due");
    }

    /// <summary>Reads the next frame.</summary>
    /// <exception cref="ProtocolException">The stream ended, the header breaks a rule, or the connection's time limit passed.</exception>
    /// <exception cref="PeerGoneException">The connection is broken.</exception>
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
    /// <exception cref="ProtocolException">Another came, the stream ended, or the connection's time limit passed.</exception>
    public void Expect(FrameType type)
    {
        if (Receive().Type is var came && came != type)
            throw new ProtocolException(ErrorCode.UnexpectedFrame, $"{came} came where {type} was due");
    }

    /// <summary>Writes a control frame.</summary>
    public void Write<T>(FrameType type, T message, JsonTypeInfo<T> json) => Write(type, JsonSerializer.SerializeToUtf8Bytes(message, json));

    /// <summary>Writes a frame.</summary>
    /// <exception cref="PeerGoneException">The connection is broken, or its time limit passed.</exception>
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
        try
        {
            connection.Write(bytes);
        }
        catch (IOException e)
        {
            throw new PeerGoneException(e);
        }
    }

    private void ReceiveExactly(Span<byte> buffer)
    {
        try
        {
            while (!buffer.IsEmpty)
            {
                int got = connection.Read(buffer);
                if (got == 0)
                    throw new ProtocolException(ErrorCode.Truncated, "the stream ended before a whole frame came");
                buffer = buffer[got..];
            }
        }
        catch (IOException e) when (e.IsTimeout())
        {
            throw new ProtocolException(ErrorCode.TimedOut, "no whole frame came in time");
        }
        catch (IOException e)
        {
            throw new PeerGoneException(e);
        }
    }
}
