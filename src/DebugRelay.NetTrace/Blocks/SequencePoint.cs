using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>V4 sequence points: a time, then every living thread with the last sequence number it tried to write.</summary>
internal static class SequencePoint
{
    private const int HeadSize = 12;
    private const int ThreadSize = 12;

    public static bool IsWhole(ReadOnlySpan<byte> content)
        => content.Length >= HeadSize && (content.Length - HeadSize) == (long)ThreadSize * BinaryPrimitives.ReadUInt32LittleEndian(content[8..]);

    /// <summary>Lowers the numbers of threads of which events were dropped; a thread that is not listed can write no more.</summary>
    public static void Mend(Span<byte> content, SequenceMender mender)
    {
        var threads = content[HeadSize..];
        for (var thread = threads; thread.Length > 0; thread = thread[ThreadSize..])
            mender.Mend(BinaryPrimitives.ReadUInt64LittleEndian(thread), thread.Slice(8, sizeof(uint)));
        mender.Retain(threads);
    }
}
