using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>What the first block says in every version: the time (eight 16-bit numbers) and the clock at the start, its ticks a second, the size of a pointer.</summary>
internal sealed record TraceHead(DateTime? StartTime, ulong StartTimestamp, ulong TicksPerSecond, int PointerSize)
{
    /// <summary>Bytes of it.</summary>
    public const int Size = 36;

    /// <summary>Reads it from the start of the block; null where the block is too short, or pointers are not of 4 or 8 bytes.</summary>
    public static TraceHead? Read(ReadOnlySpan<byte> content)
    {
        if (content.Length < Size) return null;
        var pointerSize = BinaryPrimitives.ReadInt32LittleEndian(content[32..]);
        if (pointerSize is not (4 or 8)) return null;
        return new TraceHead(
            ReadTime(content), BinaryPrimitives.ReadUInt64LittleEndian(content[16..]), BinaryPrimitives.ReadUInt64LittleEndian(content[24..]), pointerSize);
    }

    /// <summary>Year, month, day of the week, day, hour, minute, second, milliseconds, in UTC; null where they are no time.</summary>
    private static DateTime? ReadTime(ReadOnlySpan<byte> content)
    {
        var reader = new ByteReader(content);
        int year = reader.U16(), month = reader.U16();
        reader.U16();
        int day = reader.U16(), hour = reader.U16(), minute = reader.U16(), second = reader.U16(), millisecond = reader.U16();
        if (year is 0 or > 9999 || month is 0 or > 12 || hour > 23 || minute > 59 || second > 59 || millisecond > 999) return null;
        if (day == 0 || day > DateTime.DaysInMonth(year, month)) return null;
        return new DateTime(year, month, day, hour, minute, second, millisecond, DateTimeKind.Utc);
    }
}
