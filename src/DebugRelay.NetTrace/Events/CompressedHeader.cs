namespace DebugRelay.NetTrace;

/// <summary>Compressed event headers: each says only in what it differs from the one before in its block.</summary>
internal static class CompressedHeader
{
    /// <summary>The most bytes that one takes: the flags, five 32-bit and three 64-bit varints, two GUIDs.</summary>
    public const int MaxSize = 1 + (5 * 5) + (3 * Varint.MaxSize) + (2 * 16);

    /// <summary>
    /// Turns <paramref name="header"/>, which holds the header before, into the one at <paramref name="at"/>. <paramref name="sizeAt"/> is where its
    /// payload size stands, which is the end of the header where it has none.
    /// </summary>
    public static bool TryRead(ReadOnlySpan<byte> block, bool isV6, ref int at, ref EventHeader header, out int sizeAt)
    {
        sizeAt = at;
        if ((uint)at >= (uint)block.Length) return false;
        var parts = (HeaderParts)block[at++];

        if ((parts & HeaderParts.MetadataId) != 0 && !Varint.TryRead32(block, ref at, out header.MetadataId)) return false;
        if ((parts & HeaderParts.Capture) != 0)
        {
            if (!Varint.TryRead32(block, ref at, out var gap) || !Varint.TryRead64(block, ref at, out header.CaptureThread)
                || !Varint.TryRead32(block, ref at, out header.Processor)) return false;
            header.Sequence += gap + 1;
        }
        else if (isV6 || header.MetadataId != 0)
        {
            header.Sequence++;
        }
        if ((parts & HeaderParts.Thread) != 0 && !Varint.TryRead64(block, ref at, out header.Thread)) return false;
        if ((parts & HeaderParts.Stack) != 0 && !Varint.TryRead32(block, ref at, out header.Stack)) return false;
        if (!Varint.TryRead64(block, ref at, out var elapsed)) return false;
        header.Timestamp += elapsed;
        if ((parts & (HeaderParts.Activity | HeaderParts.RelatedActivity)) != 0
            && !TryReadActivity(block, isV6, parts, ref at, ref header)) return false;

        header.IsSorted = (parts & HeaderParts.Sorted) != 0;
        sizeAt = at;
        return (parts & HeaderParts.PayloadSize) == 0 || Varint.TryRead32(block, ref at, out header.PayloadSize);
    }

    private static bool TryReadActivity(ReadOnlySpan<byte> block, bool isV6, HeaderParts parts, ref int at, ref EventHeader header)
    {
        if (isV6) return (parts & HeaderParts.RelatedActivity) == 0 && Varint.TryRead32(block, ref at, out header.Labels);
        return ((parts & HeaderParts.Activity) == 0 || TryReadGuid(block, ref at, out header.Activity))
            && ((parts & HeaderParts.RelatedActivity) == 0 || TryReadGuid(block, ref at, out header.RelatedActivity));
    }

    private static bool TryReadGuid(ReadOnlySpan<byte> block, ref int at, out Guid value)
    {
        value = default;
        if (block.Length - at < 16) return false;
        value = new Guid(block.Slice(at, 16));
        at += 16;
        return true;
    }

    /// <summary>Writes <paramref name="header"/> after <paramref name="before"/>; gives its size.</summary>
    public static int Write(Span<byte> destination, bool isV6, in EventHeader before, in EventHeader header)
    {
        var parts = header.IsSorted ? HeaderParts.Sorted : HeaderParts.None;
        var at = 1;
        if (header.MetadataId != before.MetadataId)
        {
            parts |= HeaderParts.MetadataId;
            at += Varint.Write(destination[at..], header.MetadataId);
        }
        if (header.Sequence != before.Sequence + 1 || header.CaptureThread != before.CaptureThread || header.Processor != before.Processor)
        {
            parts |= HeaderParts.Capture;
            at += Varint.Write(destination[at..], header.Sequence - before.Sequence - 1);
            at += Varint.Write(destination[at..], header.CaptureThread);
            at += Varint.Write(destination[at..], header.Processor);
        }
        if (header.Thread != before.Thread)
        {
            parts |= HeaderParts.Thread;
            at += Varint.Write(destination[at..], header.Thread);
        }
        if (header.Stack != before.Stack)
        {
            parts |= HeaderParts.Stack;
            at += Varint.Write(destination[at..], header.Stack);
        }
        at += Varint.Write(destination[at..], header.Timestamp - before.Timestamp);
        at += isV6 ? WriteLabels(destination[at..], before, header, ref parts) : WriteActivities(destination[at..], before, header, ref parts);
        if (header.PayloadSize != before.PayloadSize)
        {
            parts |= HeaderParts.PayloadSize;
            at += Varint.Write(destination[at..], header.PayloadSize);
        }
        destination[0] = (byte)parts;
        return at;
    }

    private static int WriteLabels(Span<byte> destination, in EventHeader before, in EventHeader header, ref HeaderParts parts)
    {
        if (header.Labels == before.Labels) return 0;
        parts |= HeaderParts.Activity;
        return Varint.Write(destination, header.Labels);
    }

    private static int WriteActivities(Span<byte> destination, in EventHeader before, in EventHeader header, ref HeaderParts parts)
    {
        var at = 0;
        if (header.Activity != before.Activity)
        {
            parts |= HeaderParts.Activity;
            header.Activity.TryWriteBytes(destination[at..]);
            at += 16;
        }
        if (header.RelatedActivity != before.RelatedActivity)
        {
            parts |= HeaderParts.RelatedActivity;
            header.RelatedActivity.TryWriteBytes(destination[at..]);
            at += 16;
        }
        return at;
    }
}
