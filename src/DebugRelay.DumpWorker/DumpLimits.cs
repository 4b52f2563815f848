using DebugRelay.Protocol.Unix.Confinement;

namespace DebugRelay.DumpWorker;

/// <summary>Every limit that a hostile dump can push on, with its reason. Sizes are bytes.</summary>
internal static class DumpLimits
{
    /// <summary>Program headers. A process with as many mappings as Linux allows by default (65,530) fits; each takes 56 bytes.</summary>
    public const int ProgramHeaders = 70_000;

    /// <summary>Notes altogether: a kilobyte and a half a thread with its wide registers, and the table of mapped files.</summary>
    public const long Notes = 256L * 1024 * 1024;

    /// <summary>Threads, each with a stack that is walked.</summary>
    public const int Threads = 20_000;

    /// <summary>Mapped files in the dump's table.</summary>
    public const int MappedFiles = 70_000;

    /// <summary>A path: PATH_MAX.</summary>
    public const int Path = 4096;

    /// <summary>Frames of one stack. The runtime's own tools stop there too.</summary>
    public const int Frames = 8096;

    /// <summary>Types of objects. Each is asked about; a process with generated code has some ten thousands.</summary>
    public const int Types = 1_000_000;

    /// <summary>Methods that are asked about, some 50 µs each.</summary>
    public const int Methods = 400_000;

    /// <summary>Different words of names of types, methods and modules: a large program has some hundred thousand, of 50 bytes or so.</summary>
    public const int NameWords = 2_000_000;

    /// <summary>One heap of the runtime's own. Heaps of code, the largest, are some megabytes each.</summary>
    public const ulong RuntimeHeap = 256UL * 1024 * 1024;

    /// <summary>Handles, roots and other things of which the runtime has lists: a list that was bent into a ring must come to an end.</summary>
    public const int Listed = 20_000_000;

    /// <summary>An exception's stack trace: 32 bytes a frame.</summary>
    public const int StackTrace = 1024 * 1024;

    /// <summary>Strings taken as canaries. More take longer to search for and tell nothing new.</summary>
    public const int Canaries = 2000;

    /// <summary>Words of stacks taken as canaries, and as many of other memory outside the managed heap.</summary>
    public const int MemoryCanaries = 500;

    /// <summary>Bytes outside stacks and the managed heap that these are looked for in: a process has seldom more, and it takes a tenth of a second.</summary>
    public const long SampledMemory = 128L * 1024 * 1024;

    /// <summary>Pages (4 KiB) that may be remembered byte by byte: 8 GiB of memory that the debugger reads would be no debugger's reading.</summary>
    public const int RecordedPages = 2_000_000;

    /// <summary>Memory that a process of a dump may write to: the largest heap that its collector takes, and the debugger's library beside it.</summary>
    private const long Memory = 3L << 30;

    /// <summary>Some files, a pipe or two, and the libraries while they are loaded.</summary>
    private const int Descriptors = 128;

    /// <summary>What a process of a dump takes from itself. It opens files: the debugger's library is found by what the dump says.</summary>
    /// <param name="processorTime">For one that is sound.</param>
    /// <param name="fileSize">Bytes of the largest file that it writes.</param>
    /// <param name="child">The process that verifies for it; 0: none.</param>
    public static OwnLimits OfProcess(TimeSpan processorTime, long fileSize, int child) => new(Memory, processorTime, Descriptors, fileSize, OpensFiles: true, child);
}
