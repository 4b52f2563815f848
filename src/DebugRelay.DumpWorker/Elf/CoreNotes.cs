using System.Buffers.Binary;
using System.Text;

namespace DebugRelay.DumpWorker.Elf;

/// <summary>One note: its kind and where its descriptor lies in the file.</summary>
internal readonly record struct CoreNote(uint Kind, string Owner, long HeaderOffset, int HeaderLength, long Offset, int Length);

/// <summary>A thread of the dump: what of its registers is needed to find its stack.</summary>
internal readonly record struct CoreThread(uint Id, ulong StackPointer, ulong ThreadPointer);

/// <summary>A part of a file that the process had mapped.</summary>
internal readonly record struct CoreMapping(ulong Start, ulong End, string Path, ulong FileOffset);

/// <summary>The notes of a core: threads, mapped files, the vector that the kernel gave the process.</summary>
internal sealed class CoreNotes
{
    /// <summary>A thread's signal, ids, times and registers.</summary>
    public const uint Status = 1;

    /// <summary>Floating-point registers.</summary>
    public const uint FloatingPoint = 2;

    /// <summary>The process's name and arguments.</summary>
    public const uint ProcessInfo = 3;

    /// <summary>The auxiliary vector.</summary>
    public const uint AuxiliaryVector = 6;

    /// <summary>The signal that ended the process.</summary>
    public const uint SignalInfo = 0x53494749;

    /// <summary>Mapped files.</summary>
    public const uint MappedFiles = 0x46494c45;

    /// <summary>Where the registers begin in a status: 27 of 8 bytes.</summary>
    public const int StatusRegisters = 112;

    /// <summary>Registers in a status.</summary>
    public const int RegisterCount = 27;

    private const int RegisterStackPointer = 19;
    private const int RegisterThreadPointer = 21;
    private const int HeaderSize = 12;
    private const int StatusSize = 336;
    private const ulong SmallestPage = 4096;

    private readonly MappedFile _file;

    public CoreNotes(MappedFile file, List<(long Offset, long Length)> ranges)
    {
        _file = file;
        All = [.. Read(ranges)];
        Threads = [.. All.Where(n => n.Kind == Status && n.Length >= StatusSize).Take(DumpLimits.Threads).Select(ReadThread)];
        Mappings = [.. All.Where(n => n.Kind == MappedFiles).Take(1).SelectMany(ReadMappings)];
        Auxiliary = ReadAuxiliary();
        Check();
    }

    /// <summary>Every note in order.</summary>
    public IReadOnlyList<CoreNote> All { get; }

    /// <summary>The threads; the first is the main one or the one that crashed.</summary>
    public IReadOnlyList<CoreThread> Threads { get; }

    /// <summary>Mapped files by address as the dump lists them.</summary>
    public IReadOnlyList<CoreMapping> Mappings { get; }

    /// <summary>The auxiliary vector: values by type.</summary>
    public IReadOnlyDictionary<ulong, ulong> Auxiliary { get; }

    /// <summary>
    /// What is left of a thread whose note is broken is a stack that nobody knows for one. So notes must fit: floating-point registers for each thread, one
    /// thread an id, and mapped files one after the other.
    /// </summary>
    private void Check()
    {
        int threads = All.Count(n => n.Kind == Status), floating = All.Count(n => n.Kind == FloatingPoint);
        bool areThreads = threads == Threads.Count && threads == floating && Threads.Select(t => t.Id).Distinct().Count() == threads;
        if (threads == 0 || !areThreads || All.Count(n => n.Kind == MappedFiles) > 1 || All.Count(n => n.Kind == AuxiliaryVector) > 1)
            throw new DumpException(DumpException.BadDump, "the dump cannot be read: its notes of threads do not fit together");
        ulong end = 0;
        foreach (CoreMapping mapping in Mappings)
        {
            if (mapping.Start < end || mapping.End <= mapping.Start || ((mapping.Start | mapping.End) & (SmallestPage - 1)) != 0)
                throw new DumpException(DumpException.BadDump, "the dump cannot be read: its table of mapped files is broken");
            end = mapping.End;
        }
    }

    private IEnumerable<CoreNote> Read(List<(long Offset, long Length)> ranges)
    {
        if (ranges.Sum(r => r.Length) > DumpLimits.Notes)
            throw new DumpException(DumpException.BadDump, "the dump cannot be read: its notes are too large");
        foreach ((long start, long length) in ranges)
        {
            long at = start, end = start + length;
            while (end - at >= HeaderSize)
            {
                CoreNote note = ReadNote(at, end);
                yield return note;
                at = note.Offset + Aligned(note.Length);
            }
            if (at != end)
                throw new DumpException(DumpException.BadDump, "the dump cannot be read: its notes do not fill their table");
        }
    }

    private CoreNote ReadNote(long at, long end)
    {
        ReadOnlySpan<byte> header = _file.Span(at, HeaderSize);
        uint nameLength = BinaryPrimitives.ReadUInt32LittleEndian(header);
        uint length = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        if (nameLength > 256 || length > DumpLimits.Notes || at + HeaderSize + Aligned(nameLength) + length > end)
            throw new DumpException(DumpException.BadDump, "the dump cannot be read: a note is longer than its table");
        string owner = Encoding.ASCII.GetString(_file.Span(at + HeaderSize, (int)nameLength)).TrimEnd('\0');
        int headerLength = HeaderSize + (int)Aligned(nameLength);
        return new CoreNote(BinaryPrimitives.ReadUInt32LittleEndian(header[8..]), owner, at, headerLength, at + headerLength, (int)length);
    }

    private CoreThread ReadThread(CoreNote note)
    {
        ReadOnlySpan<byte> status = _file.Span(note.Offset, note.Length);
        ReadOnlySpan<byte> registers = status[StatusRegisters..];
        return new CoreThread(
            BinaryPrimitives.ReadUInt32LittleEndian(status[32..]),
            BinaryPrimitives.ReadUInt64LittleEndian(registers[(RegisterStackPointer * 8)..]),
            BinaryPrimitives.ReadUInt64LittleEndian(registers[(RegisterThreadPointer * 8)..]));
    }

    /// <summary>u64 count, u64 page size, then (start, end, offset in pages) each, then the paths with a NUL each.</summary>
    private List<CoreMapping> ReadMappings(CoreNote note)
    {
        ReadOnlySpan<byte> table = _file.Span(note.Offset, note.Length);
        if (table.Length < 16)
            return [];
        ulong count = BinaryPrimitives.ReadUInt64LittleEndian(table);
        ulong pageSize = BinaryPrimitives.ReadUInt64LittleEndian(table[8..]);
        if (count > DumpLimits.MappedFiles || 16 + (count * 24) > (ulong)table.Length)
            throw new DumpException(DumpException.BadDump, "the dump cannot be read: its table of mapped files is broken");
        ReadOnlySpan<byte> names = table[(int)(16 + (count * 24))..];
        var mappings = new List<CoreMapping>((int)count);
        for (int i = 0; i < (int)count; i++)
        {
            ReadOnlySpan<byte> entry = table.Slice(16 + (i * 24), 24);
            int end = names.IndexOf((byte)0);
            if (end is < 0 or > DumpLimits.Path)
                throw new DumpException(DumpException.BadDump, "the dump cannot be read: its table of mapped files is broken");
            mappings.Add(new CoreMapping(
                BinaryPrimitives.ReadUInt64LittleEndian(entry),
                BinaryPrimitives.ReadUInt64LittleEndian(entry[8..]),
                Encoding.UTF8.GetString(names[..end]),
                unchecked(BinaryPrimitives.ReadUInt64LittleEndian(entry[16..]) * pageSize)));
            names = names[(end + 1)..];
        }
        return mappings;
    }

    private Dictionary<ulong, ulong> ReadAuxiliary()
    {
        var values = new Dictionary<ulong, ulong>();
        foreach (CoreNote note in All.Where(n => n.Kind == AuxiliaryVector).Take(1))
        {
            ReadOnlySpan<byte> vector = _file.Span(note.Offset, Math.Min(note.Length, 4096) / 16 * 16);
            for (; !vector.IsEmpty; vector = vector[16..])
                values[BinaryPrimitives.ReadUInt64LittleEndian(vector)] = BinaryPrimitives.ReadUInt64LittleEndian(vector[8..]);
        }
        return values;
    }

    private static long Aligned(long length) => (length + 3) & ~3L;
}
