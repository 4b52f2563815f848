using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.DumpWorker.Output;

/// <summary>The system calls that .NET has no words for; 64-bit Linux.</summary>
internal static unsafe partial class SystemCalls
{
    private const int ReadWrite = 2;
    private const int CloseOnExec = 0x80000;
    private const int UnnamedFile = 0x410000;
    private const int CurrentFolder = -100;
    private const int FollowLink = 0x400;
    private const int SetDescriptorFlags = 2;
    private const int SetDeathSignal = 1;
    private const int Kill = 9;
    private const int SetStatusFlags = 4;
    private const int SetPipeSize = 1031;
    private const int Interrupted = 4;
    private const short PollIn = 1;

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

    /// <summary>Ends with the thread that started it.</summary>
    public static void EndWithParent() => _ = ProcessControl(SetDeathSignal, Kill, 0, 0, 0);

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

    [LibraryImport("libc", EntryPoint = "geteuid")]
    private static partial uint GetEffectiveUser();

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "read", SetLastError = true)]
    private static partial nint ReadFile(SafeFileHandle file, byte* buffer, nuint length);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Result;
    }
}
