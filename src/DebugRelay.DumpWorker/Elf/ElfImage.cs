using System.Buffers.Binary;

namespace DebugRelay.DumpWorker.Elf;

/// <summary>Reads bytes of an ELF image: of a file by offset, of memory by the distance from its base.</summary>
/// <returns>Bytes read.</returns>
internal delegate int ImageReader(ulong at, Span<byte> buffer);

/// <summary>What is needed of a loaded ELF image: its build-id, and where its dynamic section lies.</summary>
internal static class ElfImage
{
    private const uint Dynamic = 2;
    private const uint Note = 4;
    private const uint BuildIdNote = 3;
    private const int MaxHeaders = 64;
    private const int MaxNotes = 4096;

    /// <summary>The build-id of an image that lies in memory.</summary>
    /// <returns>Null where it has none.</returns>
    public static byte[]? BuildIdInMemory(CoreFile core, ulong imageBase) => BuildId((at, buffer) => core.Read(imageBase + at, buffer), inMemory: true);

    /// <summary>The build-id of a file.</summary>
    public static byte[]? BuildIdOfFile(string path)
    {
        using FileStream file = File.OpenRead(path);
        return BuildId((at, buffer) => RandomAccess.Read(file.SafeFileHandle, buffer, (long)at), inMemory: false);
    }

    /// <summary>Address and length of the dynamic section of an image in memory.</summary>
    public static (ulong Address, ulong Length)? DynamicSection(CoreFile core, ulong imageBase)
    {
        foreach ((uint type, _, ulong address, ulong length) in Headers((at, buffer) => core.Read(imageBase + at, buffer)))
        {
            if (type == Dynamic)
                return (imageBase + address, Math.Min(length, 64 * 1024));
        }
        return null;
    }

    private static byte[]? BuildId(ImageReader read, bool inMemory)
    {
        foreach ((uint type, ulong offset, ulong address, ulong length) in Headers(read))
        {
            if (type == Note && FindBuildId(read, inMemory ? address : offset, length) is { } id)
                return id;
        }
        return null;
    }

    private static byte[]? FindBuildId(ImageReader read, ulong at, ulong length)
    {
        byte[] notes = new byte[(int)Math.Min(length, MaxNotes)];
        ReadOnlySpan<byte> rest = notes.AsSpan(0, Math.Max(0, read(at, notes)));
        while (rest.Length >= 12)
        {
            uint name = Aligned(BinaryPrimitives.ReadUInt32LittleEndian(rest)), size = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            uint kind = BinaryPrimitives.ReadUInt32LittleEndian(rest[8..]);
            if (name > MaxNotes || size > MaxNotes || 12 + name + Aligned(size) > (uint)rest.Length)
                return null;
            if (kind == BuildIdNote && rest[12..].StartsWith("GNU\0"u8))
                return rest.Slice((int)(12 + name), (int)size).ToArray();
            rest = rest[(int)(12 + name + Aligned(size))..];
        }
        return null;
    }

    private static List<(uint Type, ulong Offset, ulong Address, ulong Length)> Headers(ImageReader read)
    {
        var headers = new List<(uint, ulong, ulong, ulong)>();
        Span<byte> header = stackalloc byte[64];
        if (read(0, header) != 64 || !header.StartsWith("\u007fELF"u8) || header[4] != 2)
            return headers;
        ulong table = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        int count = Math.Min((int)BinaryPrimitives.ReadUInt16LittleEndian(header[56..]), MaxHeaders);
        Span<byte> entry = stackalloc byte[56];
        for (int i = 0; i < count && read(table + ((uint)i * 56), entry) == 56; i++)
        {
            headers.Add((
                BinaryPrimitives.ReadUInt32LittleEndian(entry),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[40..])));
        }
        return headers;
    }

    private static uint Aligned(uint length) => (length + 3) & ~3u;
}
