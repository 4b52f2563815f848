using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker.Output;

/// <summary>The system calls that .NET has no words for; x86-64 Linux.</summary>
internal static unsafe partial class SystemCalls
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const int UnnamedFile = 0x410000;
    private const int CurrentFolder = -100;
    private const int FollowLink = 0x400;
    private const int SetDescriptorFlags = 2;
    private const int SetNoNewPrivileges = 38;
    private const int CoreFileSize = 4;
    private const int SetStatusFlags = 4;
    private const int SetPipeSize = 1031;
    private const int Interrupted = 4;
    private const short PollIn = 1;

    private const int Seccomp = 317;
    private const nuint SeccompFilter = 1;
    private const nuint SeccompAllThreads = 1;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort Return = 0x06;
    private const uint ArchitectureX64 = 0xc000_003e;
    private const uint AllowCall = 0x7fff_0000;

    /// <summary>The call fails with EPERM.</summary>
    private const uint RefuseCall = 0x0005_0001;

    /// <summary>A file without a name in this folder, which nobody else can open and which is gone with its last descriptor; null where the file system has none.</summary>
    public static SafeFileHandle? CreateUnnamed(string folder)
    {
        int descriptor = Open(folder, ReadWrite | CloseOnExec | UnnamedFile, 0x180);
        return descriptor < 0 ? null : new SafeFileHandle(descriptor, ownsHandle: true);
    }

    /// <summary>Gives an unnamed file its name.</summary>
    /// <exception cref="IOException">There is such a file, or it could not be named.</exception>
    public static void Name(SafeFileHandle file, string path)
    {
        if (Link(CurrentFolder, $"/proc/self/fd/{file.DangerousGetHandle()}", CurrentFolder, path, FollowLink) != 0)
            throw new IOException($"the file could not be given its name: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    /// <summary>Lets child processes have a descriptor.</summary>
    public static void Inherit(SafeFileHandle file) => _ = FileControl(file, SetDescriptorFlags, 0);

    /// <summary>Whether what this process runs gains no rights by it, from now on.</summary>
    public static bool GainNoPrivileges() => ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0) == 0;

    /// <summary>Whether a crash leaves no file with what was in memory.</summary>
    public static bool LeaveNoCore()
    {
        ulong* none = stackalloc ulong[2];
        (none[0], none[1]) = (0, 0);
        return SetLimit(CoreFileSize, none) == 0;
    }

    /// <summary>Whether others come first from now on.</summary>
    public static bool LowerPriority(int nice) => SetPriority(0, 0, nice) == 0;

    /// <summary>Becomes a user with all its threads, for good.</summary>
    public static bool BecomeUser(uint user) => SetGroups(0, null) == 0 && SetGroupIds(user, user, user) == 0 && SetUserIds(user, user, user) == 0;

    /// <summary>
    /// Lets the kernel refuse to all threads, and to processes that they start, what a reader of dumps never does: sockets, other processes' memory, mounts,
    /// modules, keys (seccomp(2)).
    /// </summary>
    public static bool FilterCalls()
    {
        ReadOnlySpan<ushort> refused = [41, 42, 43, 49, 50, 101, 103, 155, 161, 165, 166, 167, 169, 170, 175, 176, 246, 248, 249, 250, 272, 288, 298, 304, 308, 310, 311, 313, 320, 321, 323, 425, 428, 429, 430, 438];
        var program = new List<FilterInstruction>
        {
            new(LoadWord, 0, 0, 4),
            new(JumpIfEqual, 1, 0, ArchitectureX64),
            new(Return, 0, 0, RefuseCall),
            new(LoadWord, 0, 0, 0),
            // Calls of the 32-bit ABI have other numbers.
            new(JumpIfAtLeast, (byte)(refused.Length + 1), 0, 0x4000_0000),
        };
        for (int i = 0; i < refused.Length; i++)
            program.Add(new(JumpIfEqual, (byte)(refused.Length - i), 0, refused[i]));
        program.Add(new(Return, 0, 0, AllowCall));
        program.Add(new(Return, 0, 0, RefuseCall));
        fixed (FilterInstruction* first = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(program))
        {
            var filter = new Filter { Length = (ushort)program.Count, Instructions = first };
            return SystemCall(Seccomp, SeccompFilter, SeccompAllThreads, (nuint)(&filter)) == 0;
        }
    }

    /// <summary>Waits until a FIFO has bytes, or had a writer who is gone.</summary>
    public static bool WaitForBytes(SafeFileHandle fifo, TimeSpan limit)
    {
        var poll = new PollDescriptor { Descriptor = (int)fifo.DangerousGetHandle(), Events = PollIn };
        return Poll(&poll, 1, (int)limit.TotalMilliseconds) > 0;
    }

    /// <summary>Lets reads wait for bytes, and more bytes wait for a read.</summary>
    public static void PrepareFifo(SafeFileHandle fifo, int size)
    {
        _ = FileControl(fifo, SetStatusFlags, 0);
        // Refused where users may have no more memory in pipes; then it stays as it is.
        _ = FileControl(fifo, SetPipeSize, size);
    }

    /// <summary>Reads from a FIFO.</summary>
    /// <returns>Bytes; 0 when all writers are gone.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public static int Read(SafeFileHandle fifo, Span<byte> buffer)
    {
        fixed (byte* bytes = buffer)
        {
            while (true)
            {
                nint read = ReadFile(fifo, bytes, (nuint)buffer.Length);
                if (read >= 0)
                    return (int)read;
                if (Marshal.GetLastPInvokeError() != Interrupted)
                    throw new IOException($"the dump could not be read from the target: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
            }
        }
    }

    /// <summary>The user whose rights this process has.</summary>
    public static uint EffectiveUser() => GetEffectiveUser();

    /// <summary>The owner of a file.</summary>
    /// <exception cref="IOException">It cannot be looked at.</exception>
    public static uint OwnerOf(string path)
    {
        // struct statx is 256 bytes; the owner lies at 20.
        byte* status = stackalloc byte[256];
        if (StatX(CurrentFolder, path, 0, 0x7ff, status) != 0)
            throw new IOException($"{path} cannot be looked at: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
        return *(uint*)(status + 20);
    }

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(int oldFolder, string oldPath, int newFolder, string newPath, int flags);

    [LibraryImport("libc", EntryPoint = "fcntl", SetLastError = true)]
    private static partial int FileControl(SafeFileHandle file, int command, int argument);

    [LibraryImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static partial int ProcessControl(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static partial int SetLimit(int resource, ulong* limits);

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(SafeFileHandle file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    [LibraryImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static partial int SetPriority(int which, uint who, int nice);

    // glibc and musl apply these three to all threads of the process.
    [LibraryImport("libc", EntryPoint = "setgroups", SetLastError = true)]
    private static partial int SetGroups(nuint count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setresgid", SetLastError = true)]
    private static partial int SetGroupIds(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid", SetLastError = true)]
    private static partial int SetUserIds(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nuint a, nuint b, nuint c);

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Result;
    }

    private readonly struct FilterInstruction(ushort code, byte jumpTrue, byte jumpFalse, uint value)
    {
        public readonly ushort Code = code;
        public readonly byte JumpTrue = jumpTrue;
        public readonly byte JumpFalse = jumpFalse;
        public readonly uint Value = value;
    }

    private struct Filter
    {
        public ushort Length;
        public FilterInstruction* Instructions;
    }
}
