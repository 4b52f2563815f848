using System.Runtime.InteropServices;

namespace DebugRelay.BreakOut;

/// <summary>Ways out of a process, by the kernel's own calls; x86-64 numbers.</summary>
internal static unsafe partial class Attempts
{
    private const int Most = 4000;

    /// <param name="parent">The process that started this one.</param>
    /// <param name="file">A file that everybody may read.</param>
    public static IEnumerable<(string Name, Func<bool> Attempt)> All(int parent, string file) =>
    [
        ("a TCP socket", () => Call(41, 2, 1, 0) >= 0),
        ("a Unix socket", () => Call(41, 1, 1, 0) >= 0),
        ("a pair of sockets", () => WithBuffer(b => Call(53, 1, 1, 0, b))),
        ("a raw socket", () => Call(41, 17, 3, 0) >= 0),
        ("read /etc/passwd", () => Open("/etc/passwd", 0)),
        ("read a file outside", () => Open(file, 0)),
        ("list a folder outside", () => Open("/home", 0x10000)),
        ("write a file outside", () => Open(file, 1)),
        ("make a file", () => Open("/tmp/debugrelay-broke-out", 0x42)),
        ("make a file in its own folder", () => Open(Path.Combine(AppContext.BaseDirectory, "debugrelay-broke-out"), 0x42)),
        ("read the environment of its parent", () => Open($"/proc/{parent}/environ", 0)),
        ("read the memory of its parent", () => Open($"/proc/{parent}/mem", 0)),
        ("copy memory of its parent", () => WithBuffer(b => Call(310, parent, b, 1, b, 1))),
        ("trace its parent", () => Call(101, 0x4206, parent, 0) >= 0),
        ("trace itself", () => Call(101, 0, 0, 0) >= 0),
        ("take a descriptor of its parent", () => Call(434, parent, 0) >= 0),
        ("signal its parent", () => Call(62, parent, 0) >= 0),
        ("signal everybody", () => Call(62, -1, 0) >= 0),
        ("run a program", () => Run("/bin/true")),
        ("run itself", () => Run(Environment.ProcessPath!)),
        ("fork", () => Call(57) >= 0),
        ("vfork", () => Call(56, 0x4100 | 17) >= 0),
        ("clone3", () => WithBuffer(b => Call(435, b, 88))),
        ("a namespace of users", () => Call(272, 0x1000_0000) >= 0),
        ("enter another namespace", () => Call(308, 0, 0) >= 0),
        ("mount", () => Call(165, 0, 0, 0) >= 0),
        ("change its root", () => WithText("/", p => Call(161, p))),
        ("become root", () => Call(105, 0) >= 0),
        ("take capabilities", () => Call(157, 47, 2, 21) >= 0),
        ("raise its memory limit", () => RaiseLimit(2)),
        ("raise its processor limit", () => RaiseLimit(0)),
        ("load a program into the kernel", () => WithBuffer(b => Call(321, 5, b, 48))),
        ("io_uring", () => WithBuffer(b => Call(425, 8, b))),
        ("keys", () => Call(250, 0, -3, 0) >= 0),
        ("performance events", () => WithBuffer(b => Call(298, b, 0, -1, -1, 0))),
        ("page faults of its own", () => Call(323, 0) >= 0),
        ("use more processors", UseMoreProcessors),
        ("another architecture's calls", () => Call(0x4000_0000 | 39) >= 0),
    ];

    /// <summary>Megabytes that it got before there were no more.</summary>
    public static int Allocate()
    {
        var got = new List<nint>();
        // Private and writable, touched page by page.
        while (got.Count < Most && Map(0, 1 << 20, 3, 0x22, -1, 0) is var at and not -1)
        {
            new Span<byte>((void*)at, 1 << 20).Fill(1);
            got.Add(at);
        }
        got.ForEach(at => _ = Unmap(at, 1 << 20));
        return got.Count;
    }

    /// <summary>Threads that it could start before there were no more. Each waits for a lock that is never let go.</summary>
    /// <remarks>They are threads of the kernel's alone: the runtime ends the process where it has no memory for one of its own.</remarks>
    public static int StartThreads()
    {
        nint locked = Marshal.AllocHGlobal(256);
        new Span<byte>((void*)locked, 256).Clear();
        _ = Lock(locked);
        nint attributes = Marshal.AllocHGlobal(256);
        _ = InitialiseAttributes(attributes);
        _ = SetStackSize(attributes, 64 * 1024);
        nint wait = NativeLibrary.GetExport(NativeLibrary.Load("libc.so.6"), "pthread_mutex_lock");
        int threads = 0;
        while (threads < Most && Start(out _, attributes, wait, locked) == 0)
            threads++;
        return threads;
    }

    private static bool Open(string path, int flags) => WithText(path, p => Call(257, -100, p, flags, 0x180));

    private static bool Run(string path)
    {
        nint program = Marshal.StringToCoTaskMemUTF8(path);
        nint* arguments = stackalloc nint[2];
        (arguments[0], arguments[1]) = (program, 0);
        // Were it to work, there would be nobody to say so: the test misses all the rest.
        return Call(59, program, (nint)arguments, 0) >= 0;
    }

    private static bool UseMoreProcessors()
    {
        const int bytes = 128;
        byte* mask = stackalloc byte[bytes];
        nint length = Call(204, 0, bytes, (nint)mask);
        int before = new Span<byte>(mask, (int)length).ToArray().Sum(b => int.PopCount(b));
        new Span<byte>(mask, bytes).Fill(0xff);
        _ = Call(203, 0, bytes, (nint)mask);
        _ = Call(204, 0, bytes, (nint)mask);
        int after = new Span<byte>(mask, (int)length).ToArray().Sum(b => int.PopCount(b));
        return before != 1 || after > before;
    }

    private static bool RaiseLimit(int resource)
    {
        ulong* limits = stackalloc ulong[2];
        (limits[0], limits[1]) = (ulong.MaxValue, ulong.MaxValue);
        return Call(302, 0, resource, (nint)limits, 0) >= 0;
    }

    private static bool WithText(string text, Func<nint, nint> call)
    {
        nint copy = Marshal.StringToCoTaskMemUTF8(text);
        return call(copy) >= 0;
    }

    private static bool WithBuffer(Func<nint, nint> call)
    {
        byte* buffer = stackalloc byte[256];
        new Span<byte>(buffer, 256).Clear();
        return call((nint)buffer) >= 0;
    }

    private static nint Call(nint number, nint a = 0, nint b = 0, nint c = 0, nint d = 0, nint e = 0) => SystemCall(number, a, b, c, d, e);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint a, nint b, nint c, nint d, nint e);

    [LibraryImport("libc", EntryPoint = "mmap", SetLastError = true)]
    private static partial nint Map(nint at, nuint length, int protection, int flags, int descriptor, nint offset);

    [LibraryImport("libc", EntryPoint = "munmap", SetLastError = true)]
    private static partial int Unmap(nint at, nuint length);

    [LibraryImport("libc", EntryPoint = "pthread_mutex_lock")]
    private static partial int Lock(nint mutex);

    [LibraryImport("libc", EntryPoint = "pthread_attr_init")]
    private static partial int InitialiseAttributes(nint attributes);

    [LibraryImport("libc", EntryPoint = "pthread_attr_setstacksize")]
    private static partial int SetStackSize(nint attributes, nuint size);

    [LibraryImport("libc", EntryPoint = "pthread_create")]
    private static partial int Start(out nint thread, nint attributes, nint work, nint argument);
}
