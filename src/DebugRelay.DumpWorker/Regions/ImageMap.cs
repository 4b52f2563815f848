using System.Buffers.Binary;
using DebugRelay.DumpWorker.Clr;
using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>Names the pages of programs and libraries. Files of data that a process had mapped are none: of them nothing is kept.</summary>
internal static class ImageMap
{
    /// <summary>Bytes of a library's variables that are searched.</summary>
    private const int MaxVariables = 4 * 1024 * 1024;

    private const int MaxVersion = 256;

    /// <summary>Where the size of the loaded image is stated, from the signature.</summary>
    private const int PeSizeOfImage = 80;

    private const int PeSection = 40;

    /// <summary>Adds the read-only pages of every program and library to the map, and lets what its loader reads be read.</summary>
    public static void Add(CoreFile core, MemoryMap map, RecordedBytes recorded, KnownNames names)
    {
        foreach (IGrouping<string, CoreMapping> file in core.Notes.Mappings.GroupBy(m => m.Path))
        {
            // The pages of a program are mapped piece by piece; its first bytes tell what it is.
            CoreMapping[] starts = [.. file.Where(m => m.FileOffset == 0)];
            foreach (CoreMapping start in starts.Where(s => IsElf(core, s.Start)))
            {
                if (ElfImage.DynamicSection(core, start.Start) is var (address, length))
                    recorded.Add(address, (int)length);
            }
            if (!starts.Any(s => IsElf(core, s.Start) || IsPortableExecutable(core, s.Start)))
                continue;
            foreach (CoreMapping part in file)
            {
                AddReadOnly(core, map, part);
                KeepVersion(core, part, recorded, names);
            }
        }
    }

    /// <summary>Whether an image of .NET or Windows begins here.</summary>
    public static bool IsPortableExecutable(CoreFile core, ulong address) => PortableExecutableSize(core, address) is not null;

    /// <summary>Bytes of the image that begins here, loaded or as its file; null where none does.</summary>
    public static ulong? PortableExecutableSize(CoreFile core, ulong address)
    {
        ReadOnlySpan<byte> head = core.Memory(address, 4096);
        if (head.Length < 64 || head[0] != 'M' || head[1] != 'Z')
            return null;
        uint at = BinaryPrimitives.ReadUInt32LittleEndian(head[60..]);
        if (at > (uint)head.Length || !head[(int)at..].StartsWith("PE\0\0"u8) || head.Length < (int)at + PeSizeOfImage + 4)
            return null;
        ulong size = BinaryPrimitives.ReadUInt32LittleEndian(head[((int)at + PeSizeOfImage)..]);
        int sections = BinaryPrimitives.ReadUInt16LittleEndian(head[((int)at + 6)..]);
        int table = (int)at + 24 + BinaryPrimitives.ReadUInt16LittleEndian(head[((int)at + 20)..]);
        for (int i = 0; i < sections && table + ((i + 1) * PeSection) <= head.Length; i++)
        {
            ReadOnlySpan<byte> section = head.Slice(table + (i * PeSection), PeSection);
            size = Math.Max(size, (ulong)BinaryPrimitives.ReadUInt32LittleEndian(section[16..]) + BinaryPrimitives.ReadUInt32LittleEndian(section[20..]));
        }
        return size;
    }

    private static bool IsElf(CoreFile core, ulong address) => core.Memory(address, 4).SequenceEqual("\u007fELF"u8);

    /// <summary>
    /// A library of .NET says its version in a text among its variables. SOS takes it from there, and takes source lines the way of .NET Core 3 where it
    /// finds none.
    /// </summary>
    private static void KeepVersion(CoreFile core, CoreMapping part, RecordedBytes recorded, KnownNames names)
    {
        foreach (CoreSegment segment in core.Within(part.Start, part.End).Where(s => s.IsWritable))
        {
            ulong start = Math.Max(segment.Address, part.Start);
            ReadOnlySpan<byte> bytes = core.Memory(start, (int)Math.Min(Math.Min(segment.End, part.End) - start, MaxVariables));
            int at = bytes.IndexOf("@(#)Version "u8);
            if (at >= 0 && bytes[at..].IndexOf((byte)0) is > 0 and <= MaxVersion and var length)
            {
                recorded.Add(start + (uint)at, length);
                names.Add(System.Text.Encoding.ASCII.GetString(bytes.Slice(at, length)));
            }
        }
    }

    private static void AddReadOnly(CoreFile core, MemoryMap map, CoreMapping part)
    {
        foreach (CoreSegment segment in core.Within(part.Start, part.End))
        {
            if (!segment.IsWritable)
                map.Add(Math.Max(part.Start, segment.Address), Math.Min(part.End, segment.End), MemoryRule.Image);
        }
    }
}
