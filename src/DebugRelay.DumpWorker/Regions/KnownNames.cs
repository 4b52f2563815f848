using System.Buffers.Binary;
using DebugRelay.DumpWorker.Elf;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>
/// Words of names that a debugger shows: of types, methods, modules, mapped files. Text in the process's own memory may stay where it is made of them,
/// and nowhere else: what the debugger's library happens to read may be anything.
/// </summary>
internal sealed class KnownNames
{
    /// <summary>Printable bytes in a row that make a text. A pointer has six bytes at most that are not zero.</summary>
    public const int ShortestText = 8;

    /// <summary>The same of UTF-16: numbers of two bytes lie in rows too, but seldom as many.</summary>
    public const int ShortestWideText = 6;

    /// <summary>The same in the runtime's own heaps: its packed tables hold shorter rows by chance, and the program's data are not there.</summary>
    public const int ShortestInHeaps = 16;

    /// <summary>A shorter word says nothing.</summary>
    private const int ShortestWord = 4;

    private const byte Mask = (byte)'*';

    private readonly HashSet<string> _words = [];
    private readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private char[] _text = new char[1024];

    public KnownNames() => _lookup = _words.GetAlternateLookup<ReadOnlySpan<char>>();

    /// <summary>Adds the words of a name.</summary>
    public void Add(string? name)
    {
        foreach (ReadOnlySpan<char> word in Words(name ?? ""))
        {
            if (_words.Count < DumpLimits.NameWords)
                _lookup.Add(word);
        }
    }

    /// <summary>
    /// Adds what a dump tells everybody: the paths of mapped files, and the marks by which a debugger knows a dump of the runtime's own making, and a
    /// single-file program's runtime.
    /// </summary>
    public void AddPublic(CoreFile core)
    {
        Add("DIAGINFOHEADER");
        Add("DotNetRuntimeInfo");
        foreach (CoreMapping mapping in core.Notes.Mappings)
            Add(mapping.Path);
    }

    /// <summary>Whether a word is of a name, or too short to tell anything.</summary>
    public bool IsPublic(ReadOnlySpan<char> word) => word.Length < ShortestWord || _lookup.Contains(word);

    /// <summary>Masks the words of all texts that are of no name. A pointer that follows a text is none of it, though its first bytes may be printable.</summary>
    /// <param name="bytes">What is to be kept of memory.</param>
    /// <param name="address">Where it lies in the process.</param>
    /// <param name="isPointer">Whether a word is one.</param>
    /// <param name="shortest">Bytes of a text, at least.</param>
    /// <returns>Characters masked.</returns>
    public int MaskOthers(Span<byte> bytes, ulong address, Predicate<ulong> isPointer, int shortest = ShortestText)
    {
        int masked = 0;
        foreach (TextRun run in new TextRuns(bytes))
        {
            int start = run.Start, end = run.Start + (run.Length * run.Step);
            // The first word that lies in the run, or in which the run begins.
            for (int word = start - (int)((address + (uint)start) % 8); word < end && run.Step == 1; word += 8)
            {
                if (word < 0 || word + 8 > bytes.Length || !isPointer(BinaryPrimitives.ReadUInt64LittleEndian(bytes[word..])))
                    continue;
                masked += MaskText(bytes, run with { Start = start, Length = Math.Max(word - start, 0) }, shortest);
                start = word + 8;
            }
            if (end > start)
                masked += MaskText(bytes, run with { Start = start, Length = (end - start) / run.Step }, shortest);
        }
        return masked;
    }

    private int MaskText(Span<byte> bytes, TextRun run, int shortest)
    {
        if (run.Length * run.Step < shortest)
            return 0;
        if (_text.Length < run.Length)
            _text = new char[run.Length];
        Span<char> text = _text.AsSpan(0, run.Length);
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)bytes[run.Start + (i * run.Step)];
        int masked = 0;
        foreach ((int start, int length) in WordsOf(text))
        {
            if (IsPublic(text.Slice(start, length)))
                continue;
            for (int i = start; i < start + length; i++)
                bytes[run.Start + (i * run.Step)] = Mask;
            masked += length;
        }
        return masked;
    }

    /// <summary>Where words of letters and digits lie in a text.</summary>
    public static List<(int Start, int Length)> WordsOf(ReadOnlySpan<char> text)
    {
        var words = new List<(int, int)>();
        int start = -1;
        for (int i = 0; i <= text.Length; i++)
        {
            bool isWord = i < text.Length && (char.IsAsciiLetterOrDigit(text[i]) || text[i] == '_');
            if (isWord && start < 0)
                start = i;
            if (!isWord && start >= 0)
            {
                words.Add((start, i - start));
                start = -1;
            }
        }
        return words;
    }

    private static IEnumerable<string> Words(string name)
        => WordsOf(name).Where(w => w.Length >= ShortestWord).Select(w => name.Substring(w.Start, w.Length));
}

/// <summary>A row of printable characters in memory.</summary>
/// <param name="Start">Its first byte.</param>
/// <param name="Length">Characters.</param>
/// <param name="Step">Bytes of one: 1, or 2 of UTF-16.</param>
internal readonly record struct TextRun(int Start, int Length, int Step);

/// <summary>Finds texts in memory: rows of printable ASCII, each a byte or each followed by a zero.</summary>
internal ref struct TextRuns(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private int _at;

    public TextRun Current { get; private set; }

    public readonly TextRuns GetEnumerator() => this;

    public bool MoveNext()
    {
        while (_at < _bytes.Length)
        {
            // Most of memory is no text; this looks at many bytes at once.
            int next = _bytes[_at..].IndexOfAnyInRange((byte)0x20, (byte)0x7e);
            if (next < 0)
                return false;
            int start = _at + next, step = start + 1 < _bytes.Length && _bytes[start + 1] == 0 ? 2 : 1;
            int length = Length(start, step);
            _at = start + (length * step);
            if (length >= (step == 1 ? KnownNames.ShortestText : KnownNames.ShortestWideText))
            {
                Current = new TextRun(start, length, step);
                return true;
            }
        }
        return false;
    }

    private readonly int Length(int start, int step)
    {
        if (step == 1)
        {
            int end = _bytes[start..].IndexOfAnyExceptInRange((byte)0x20, (byte)0x7e);
            // The last character before a zero may be the first one of UTF-16.
            return end < 0 ? _bytes.Length - start : end;
        }
        int length = 0;
        for (int at = start; at + 1 < _bytes.Length && _bytes[at] is >= 0x20 and <= 0x7e && _bytes[at + 1] == 0; at += 2)
            length++;
        return Math.Max(length, 1);
    }
}
