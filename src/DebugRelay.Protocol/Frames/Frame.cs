using System.Buffers;
using System.Buffers.Binary;

namespace DebugRelay.Protocol;

/// <summary>One frame of the wire: unsigned 32-bit big-endian payload length, 8-bit type, payload.</summary>
/// <param name="Type">What the payload is.</param>
/// <param name="Payload">The payload's bytes; valid until the reader that gave it advances.</param>
public readonly record struct Frame(FrameType Type, ReadOnlySequence<byte> Payload)
{
    /// <summary>Bytes before the payload.</summary>
    public const int HeaderSize = 5;

    /// <summary>Writes a header into <paramref name="header"/> (<see cref="HeaderSize"/> bytes).</summary>
    public static void WriteHeader(Span<byte> header, FrameType type, int payloadLength)
    {
        BinaryPrimitives.WriteUInt32BigEndian(header, (uint)payloadLength);
        header[4] = (byte)type;
    }

    /// <summary>Reads and checks a header of <see cref="HeaderSize"/> bytes.</summary>
    /// <returns>The type and the payload's length in bytes, within the type's limit.</returns>
    /// <exception cref="ProtocolException">The type is unknown, or the length above <see cref="Limits.PayloadOf"/>.</exception>
    public static (FrameType Type, int Length) ReadHeader(ReadOnlySpan<byte> header)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(header);
        var type = (FrameType)header[4];
        if (!Enum.IsDefined(type))
            throw new ProtocolException(ErrorCode.UnknownFrame, $"a frame of unknown type 0x{header[4]:x2} arrived");
        int limit = Limits.PayloadOf(type);
        if (length > (uint)limit)
            throw new ProtocolException(ErrorCode.FrameTooLong, $"a {type} frame of {length} bytes arrived; its limit is {limit} bytes");
        return (type, (int)length);
    }

    /// <summary>Takes one whole frame off the front of <paramref name="buffer"/>.</summary>
    /// <returns>False when more bytes are needed; the buffer is then unchanged.</returns>
    /// <exception cref="ProtocolException">The header breaks a rule; no more can be read.</exception>
    public static bool TryRead(ref ReadOnlySequence<byte> buffer, out Frame frame)
    {
        frame = default;
        if (buffer.Length < HeaderSize)
            return false;
        Span<byte> header = stackalloc byte[HeaderSize];
        buffer.Slice(0, HeaderSize).CopyTo(header);
        (FrameType type, int length) = ReadHeader(header);
        if (buffer.Length - HeaderSize < length)
            return false;
        frame = new Frame(type, buffer.Slice(HeaderSize, length));
        buffer = buffer.Slice(HeaderSize + (long)length);
        return true;
    }
}
