using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>Reads blocks of events, and of V4 metadata: a header, then events.</summary>
internal static class EventBlock
{
    /// <summary>The part of the header that is known; its own size stands in front.</summary>
    public const int HeaderSize = 20;

    /// <summary>Reads the header: where the events begin, and whether their headers are compressed.</summary>
    public static bool TryReadHeader(ReadOnlySpan<byte> content, out int size, out bool isCompressed)
    {
        (size, isCompressed) = (0, false);
        if (content.Length < HeaderSize) return false;
        size = BinaryPrimitives.ReadUInt16LittleEndian(content);
        isCompressed = (content[2] & 1) != 0;
        return size >= HeaderSize && size <= content.Length;
    }

    /// <summary>
    /// Turns <paramref name="header"/>, which holds that of the event before, into that of the event at <paramref name="at"/>, which becomes where
    /// its payload starts. False where the event does not fit the block.
    /// </summary>
    public static bool TryReadEvent(
        ReadOnlySpan<byte> content, bool isCompressed, bool isV6, ref int at, ref EventHeader header, out int sizeAt, out int end)
    {
        sizeAt = at;
        if (!isCompressed) return PlainHeader.TryRead(content, isV6, ref at, out header, out end);
        end = 0;
        if (!CompressedHeader.TryRead(content, isV6, ref at, ref header, out sizeAt)
            || header.PayloadSize > (uint)(content.Length - at)) return false;
        end = at + (int)header.PayloadSize;
        return true;
    }
}
