using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>Uncompressed event headers: every field, at a fixed place. V4 pads each event to 4 bytes, V6 does not.</summary>
internal static class PlainHeader
{
    private const int SequenceAt = 8;
    private const uint NotSorted = 0x8000_0000;

    public static int Size(bool isV6) => isV6 ? 52 : 80;

    /// <summary>Reads the header at <paramref name="at"/> and gives where the whole event, padding included, ends.</summary>
    public static bool TryRead(ReadOnlySpan<byte> block, bool isV6, ref int at, out EventHeader header, out int end)
    {
        header = default;
        end = 0;
        var size = Size(isV6);
        if (block.Length - at < size) return false;
        var fields = new ByteReader(block.Slice(at, size));
        var eventSize = fields.U32();
        var metadataId = fields.U32();
        header.MetadataId = metadataId & ~NotSorted;
        header.IsSorted = (metadataId & NotSorted) == 0;
        header.Sequence = fields.U32();
        header.Thread = fields.U64();
        header.CaptureThread = fields.U64();
        header.Processor = fields.U32();
        header.Stack = fields.U32();
        header.Timestamp = fields.U64();
        if (isV6)
        {
            header.Labels = fields.U32();
        }
        else
        {
            header.Activity = new Guid(fields.Bytes(16));
            header.RelatedActivity = new Guid(fields.Bytes(16));
        }
        header.PayloadSize = fields.U32();
        return Fits(block, isV6, eventSize, header.PayloadSize, ref at, out end);
    }

    private static bool Fits(ReadOnlySpan<byte> block, bool isV6, uint eventSize, uint payloadSize, ref int at, out int end)
    {
        var start = at;
        at += Size(isV6);
        end = 0;
        if (payloadSize > (uint)(block.Length - at)) return false;
        var payloadEnd = at + (int)payloadSize;
        end = isV6 ? payloadEnd : Math.Min(Align(payloadEnd), block.Length);
        // Writers differ in whether the event's size counts the padding.
        var said = (long)start + sizeof(uint) + eventSize;
        return (said == end || said == payloadEnd) && !block[payloadEnd..end].ContainsAnyExcept((byte)0);
    }

    /// <summary>Mends a copy of a header for another sequence number and payload size.</summary>
    public static void Patch(Span<byte> header, bool isV6, uint sequence, uint payloadSize)
    {
        var oldSize = BinaryPrimitives.ReadUInt32LittleEndian(header[^sizeof(uint)..]);
        var eventSize = BinaryPrimitives.ReadUInt32LittleEndian(header);
        var countsPadding = !isV6 && eventSize != (uint)header.Length - sizeof(uint) + oldSize;
        var isWhole = !isV6 && eventSize % 4 == 0;
        var newSize = (uint)header.Length - sizeof(uint) + payloadSize;
        BinaryPrimitives.WriteUInt32LittleEndian(header, countsPadding || isWhole ? (uint)Align((int)newSize) : newSize);
        BinaryPrimitives.WriteUInt32LittleEndian(header[SequenceAt..], sequence);
        BinaryPrimitives.WriteUInt32LittleEndian(header[^sizeof(uint)..], payloadSize);
    }

    /// <summary>The next multiple of 4.</summary>
    public static int Align(int position) => (position + 3) & ~3;
}
