using System.Buffers.Binary;

namespace DebugRelay.TestSupport.Dumps;

/// <summary>Breaks dumps, the same way for the same seed.</summary>
public static class BrokenDump
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const uint Note = 4;
    private const uint ThreadStatus = 1;

    /// <summary>The dump with words replaced, anywhere behind its program headers.</summary>
    public static byte[] With(byte[] whole, int seed, int words)
    {
        byte[] bytes = [.. whole];
        var random = new Random(seed);
        int start = HeaderSize + (ProgramHeaderSize * BinaryPrimitives.ReadUInt16LittleEndian(whole.AsSpan(56)));
        for (int i = 0; i < words; i++)
            random.NextBytes(bytes.AsSpan(random.Next(start, bytes.Length - 8), 8));
        return bytes;
    }

    /// <summary>The dump with the last thread's note made one of another kind: its stack then looks like any memory.</summary>
    public static byte[] WithoutAThread(byte[] whole)
    {
        byte[] bytes = [.. whole];
        int last = Notes(bytes).Last(at => BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at + 8)) == ThreadStatus);
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(last + 8), 0x55);
        return bytes;
    }

    private static IEnumerable<int> Notes(byte[] bytes)
    {
        int table = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(32));
        while (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(table)) != Note)
            table += ProgramHeaderSize;
        int at = (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(table + 8)), end = at + (int)BinaryPrimitives.ReadUInt64LittleEndian(bytes.AsSpan(table + 32));
        for (; at + 12 <= end; at += 12 + Aligned(bytes, at) + Aligned(bytes, at + 4))
            yield return at;
    }

    private static int Aligned(byte[] bytes, int at) => ((int)BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) + 3) & ~3;
}
