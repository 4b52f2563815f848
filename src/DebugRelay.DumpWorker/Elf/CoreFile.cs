using System.Buffers.Binary;

namespace DebugRelay.DumpWorker.Elf;

/// <summary>An ELF core of a 64-bit x86 Linux process: its memory by address, and its notes. Nothing in it is trusted.</summary>
internal sealed class CoreFile : IDisposable
{
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;
    private const ushort TypeCore = 4;
    private const ushort MachineX64 = 62;
    private const ushort CountIsElsewhere = 0xffff;
    private const uint Load = 1;
    private const uint Note = 4;
    private const uint Writable = 2;
    private const uint Executable = 1;

    /// <summary>User space ends here: x86-64 with five levels of page tables.</summary>
    private const ulong AddressLimit = 1UL << 56;

    private readonly MappedFile _file;
    private readonly CoreSegment[] _segments;
    private int _last;

    /// <exception cref="DumpException">It is no such core, or breaks the format.</exception>
    public CoreFile(MappedFile file)
    {
        _file = file;
        ReadOnlySpan<byte> header = Header();
        TableOffset = checked((long)BinaryPrimitives.ReadUInt64LittleEndian(header[32..]));
        TableCount = Count(header);
        var segments = new List<CoreSegment>();
        var notes = new List<(long, long)>();
        for (int i = 0; i < TableCount; i++)
            Read(_file.Span(TableOffset + ((long)i * ProgramHeaderSize), ProgramHeaderSize), segments, notes);
        segments.Sort((a, b) => a.Address.CompareTo(b.Address));
        for (int i = 1; i < segments.Count; i++)
        {
            if (segments[i].Address < segments[i - 1].End)
                throw Bad("two ranges of memory overlap");
        }
        if (segments.Count == 0)
            throw Bad("it holds no memory");
        _segments = [.. segments];
        Notes = new CoreNotes(file, notes);
        CheckStacks();
    }

    /// <summary>Ranges of memory by rising address, none overlapping another.</summary>
    public ReadOnlySpan<CoreSegment> Segments => _segments;

    /// <summary>The notes.</summary>
    public CoreNotes Notes { get; }

    /// <summary>Bytes of the whole file.</summary>
    public long Length => _file.Length;

    /// <summary>Where the program headers lie.</summary>
    public long TableOffset { get; }

    /// <summary>How many there are.</summary>
    public int TableCount { get; }

    /// <summary>Bytes of the file that say where everything lies: the header and the program headers.</summary>
    public IEnumerable<(long Offset, int Length)> Structure => [(0, HeaderSize), (TableOffset, TableCount * ProgramHeaderSize)];

    /// <summary>Bytes of the file.</summary>
    public ReadOnlySpan<byte> FileBytes(long offset, int length) => _file.Span(offset, length);

    /// <summary>Reads memory, as much of it as lies in one piece.</summary>
    /// <returns>Bytes read.</returns>
    public int Read(ulong address, Span<byte> buffer)
    {
        int done = 0;
        while (done < buffer.Length && Find(address + (uint)done) is { } segment)
        {
            ulong within = address + (uint)done - segment.Address;
            int length = (int)Math.Min((ulong)(buffer.Length - done), segment.Length - within);
            _file.Span(segment.FileOffset + (long)within, length).CopyTo(buffer[done..]);
            done += length;
        }
        return done;
    }

    /// <summary>Memory as it lies in the file, at most <paramref name="length"/> bytes of it; shorter where a range ends.</summary>
    public ReadOnlySpan<byte> Memory(ulong address, int length)
    {
        if (Find(address) is not { } segment)
            return [];
        ulong within = address - segment.Address;
        return _file.Span(segment.FileOffset + (long)within, (int)Math.Min((ulong)length, segment.Length - within));
    }

    /// <summary>Reads 8 bytes of memory; 0 where there are none.</summary>
    public ulong ReadWord(ulong address)
    {
        Span<byte> word = stackalloc byte[8];
        return Read(address, word) == 8 ? BinaryPrimitives.ReadUInt64LittleEndian(word) : 0;
    }

    /// <summary>The range that holds an address.</summary>
    public CoreSegment? Find(ulong address)
    {
        int last = Volatile.Read(ref _last);
        if (address - _segments[last].Address < _segments[last].Length)
            return _segments[last];
        int low = 0, high = _segments.Length - 1;
        while (low <= high)
        {
            int middle = (low + high) >> 1;
            CoreSegment segment = _segments[middle];
            if (address < segment.Address)
                high = middle - 1;
            else if (address >= segment.End)
                low = middle + 1;
            else
            {
                Volatile.Write(ref _last, middle);
                return segment;
            }
        }
        return null;
    }

    /// <summary>The ranges that lie in an interval at least in part.</summary>
    public IEnumerable<CoreSegment> Within(ulong start, ulong end)
    {
        int low = 0, high = _segments.Length;
        while (low < high)
        {
            int middle = (low + high) >> 1;
            if (_segments[middle].End <= start)
                low = middle + 1;
            else
                high = middle;
        }
        for (; low < _segments.Length && _segments[low].Address < end; low++)
            yield return _segments[low];
    }

    /// <inheritdoc/>
    public void Dispose() => _file.Dispose();

    /// <summary>A stack that is not known as one would be taken for other memory: a thread without one is a thread that cannot be read.</summary>
    private void CheckStacks()
    {
        foreach (CoreThread thread in Notes.Threads)
        {
            if (Find(thread.StackPointer) is not { IsWritable: true })
                throw Bad($"the stack of thread {thread.Id} is not in it");
        }
    }

    private ReadOnlySpan<byte> Header()
    {
        if (_file.Length < HeaderSize)
            throw Bad("it is too short");
        ReadOnlySpan<byte> header = _file.Span(0, HeaderSize);
        if (!header.StartsWith("\u007fELF"u8))
            throw Bad("it is no ELF file (dumps of Windows and macOS are not supported)");
        if (header[4] != 2 || header[5] != 1 || BinaryPrimitives.ReadUInt16LittleEndian(header[16..]) != TypeCore || BinaryPrimitives.ReadUInt16LittleEndian(header[18..]) != MachineX64)
            throw Bad("it is no core of a 64-bit x86 process");
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[54..]) != ProgramHeaderSize || BinaryPrimitives.ReadUInt64LittleEndian(header[32..]) > (ulong)_file.Length)
            throw Bad("its program headers cannot be read");
        return header;
    }

    /// <summary>More program headers than 16 bits count are counted in the first section header.</summary>
    private int Count(ReadOnlySpan<byte> header)
    {
        uint count = BinaryPrimitives.ReadUInt16LittleEndian(header[56..]);
        if (count == CountIsElsewhere)
        {
            ulong sections = BinaryPrimitives.ReadUInt64LittleEndian(header[40..]);
            if (sections > (ulong)_file.Length)
                throw Bad("its section header cannot be read");
            count = BinaryPrimitives.ReadUInt32LittleEndian(_file.Span((long)sections + 44, 4));
        }
        return count <= DumpLimits.ProgramHeaders ? (int)count : throw Bad($"it has more than {DumpLimits.ProgramHeaders} program headers");
    }

    private void Read(ReadOnlySpan<byte> header, List<CoreSegment> segments, List<(long, long)> notes)
    {
        uint type = BinaryPrimitives.ReadUInt32LittleEndian(header);
        ulong offset = BinaryPrimitives.ReadUInt64LittleEndian(header[8..]);
        ulong address = BinaryPrimitives.ReadUInt64LittleEndian(header[16..]);
        ulong length = BinaryPrimitives.ReadUInt64LittleEndian(header[32..]);
        if (type is not (Load or Note) || length == 0)
            return;
        if (offset > (ulong)_file.Length || length > (ulong)_file.Length - offset)
            throw Bad("a range of memory lies outside the file: it is cut short");
        if (type == Note)
        {
            notes.Add(((long)offset, (long)length));
            return;
        }
        if (address > AddressLimit || length > AddressLimit - address)
            throw Bad("a range of memory lies outside the address space");
        uint flags = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        segments.Add(new CoreSegment(address, length, (long)offset, (flags & Writable) != 0, (flags & Executable) != 0));
    }

    private static DumpException Bad(string why) => new(DumpException.BadDump, $"the dump cannot be read: {why}");
}
