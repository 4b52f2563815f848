using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Broker.Targets;

/// <summary>The system calls that .NET has no words for; 64-bit Linux.</summary>
[SupportedOSPlatform("linux")]
internal static unsafe partial class UnixCalls
{
    private const int CurrentFolder = -100;
    private const int ReadWrite = 2;
    private const int NonBlocking = 0x800;
    private const int Folder = 0x10000;
    private const int NoFollow = 0x20000;
    private const int CloseOnExec = 0x80000;
    private const int PathOnly = 0x200000;
    private const int UnnamedFile = 0x410000;
    private const int NotTheLink = 0x100;
    private const int RemoveFolder = 0x200;
    private const uint Fifo = 0x1000;
    private const uint TypeBits = 0xf000;
    private const uint OwnerOnly = 0x180;
    private const uint OwnerFolder = 0x1c0;

    /// <summary>openat2(2), which has this number on every architecture.</summary>
    private const nint OpenAt2 = 437;

    /// <summary>RESOLVE_NO_MAGICLINKS, RESOLVE_NO_SYMLINKS and RESOLVE_IN_ROOT: another's file system leads nowhere else.</summary>
    private const ulong InRoot = 0x02 | 0x04 | 0x10;

    /// <summary>Opens a folder of another file system's root, without following any link in it.</summary>
    /// <param name="root">Such as <c>/proc/PID/root</c>.</param>
    /// <param name="path">The folder, from there.</param>
    /// <exception cref="IOException">There is none.</exception>
    public static SafeFileHandle OpenFolderIn(string root, string path)
    {
        using SafeFileHandle at = Checked(Open(CurrentFolder, root, PathOnly | Folder | CloseOnExec, 0), root);
        var how = new HowToOpen { Flags = PathOnly | Folder | CloseOnExec, Resolve = InRoot };
        fixed (byte* name = System.Text.Encoding.UTF8.GetBytes(path + "\0"))
        {
            int descriptor = (int)SystemCall(OpenAt2, (int)at.DangerousGetHandle(), name, &how, (nuint)sizeof(HowToOpen));
            return Checked(descriptor, path);
        }
    }

    /// <summary>Makes a folder that its owner alone may enter, and gives it to him.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static SafeFileHandle MakeFolder(SafeFileHandle parent, string name, uint user, uint group)
    {
        Check(MakeFolderAt(Number(parent), name, OwnerFolder), name);
        SafeFileHandle folder = Checked(Open(Number(parent), name, PathOnly | Folder | NoFollow | CloseOnExec, 0), name);
        Check(ChangeOwner(Number(parent), name, user, group, NotTheLink), name);
        return folder;
    }

    /// <summary>Makes a FIFO that its owner alone may open, gives it to him, and opens it for reading without waiting for a writer.</summary>
    /// <exception cref="IOException">It cannot be made, or is another file by now.</exception>
    public static SafeFileHandle MakeFifo(SafeFileHandle folder, string name, uint user, uint group)
    {
        Check(MakeNode(Number(folder), name, Fifo | OwnerOnly, 0), name);
        Check(ChangeOwner(Number(folder), name, user, group, NotTheLink), name);
        return OpenFifo(folder, name);
    }

    /// <summary>Opens a FIFO for reading without waiting for a writer.</summary>
    /// <exception cref="IOException">It is not there, or is no FIFO.</exception>
    public static SafeFileHandle OpenFifo(SafeFileHandle folder, string name)
    {
        SafeFileHandle fifo = Checked(Open(Number(folder), name, NonBlocking | NoFollow | CloseOnExec, 0), name);
        // struct statx is 256 bytes; the mode, 16 bits, lies at 28.
        byte* status = stackalloc byte[256];
        if (StatX(Number(fifo), "", 0x1000, 0x7ff, status) == 0 && (*(ushort*)(status + 28) & TypeBits) == Fifo)
            return fifo;
        fifo.Dispose();
        throw new IOException($"{name} is no FIFO any more");
    }

    /// <summary>Removes a file or an empty folder; nothing happens where there is none.</summary>
    public static void Remove(SafeFileHandle folder, string name, bool isFolder) => _ = Unlink(Number(folder), name, isFolder ? RemoveFolder : 0);

    /// <summary>A file without a name in a folder of ours, gone with its last descriptor.</summary>
    /// <exception cref="IOException">It cannot be made.</exception>
    public static SafeFileHandle MakeUnnamed(string folder)
    {
        int descriptor = Open(CurrentFolder, folder, ReadWrite | UnnamedFile | CloseOnExec, OwnerOnly);
        if (descriptor >= 0)
            return new SafeFileHandle(descriptor, ownsHandle: true);
        // A file system without unnamed files: it loses its name while it is empty.
        string path = Path.Combine(folder, Guid.NewGuid().ToString("n"));
        SafeFileHandle file = File.OpenHandle(path, FileMode.CreateNew, FileAccess.ReadWrite);
        File.Delete(path);
        return file;
    }

    /// <summary>Waits until a FIFO has a writer's bytes, or had a writer who is gone.</summary>
    public static bool WaitForBytes(SafeFileHandle fifo, TimeSpan limit)
    {
        var poll = new PollDescriptor { Descriptor = Number(fifo), Events = 1 };
        return Poll(&poll, 1, (int)limit.TotalMilliseconds) > 0;
    }

    private static int Number(SafeFileHandle handle) => (int)handle.DangerousGetHandle();

    private static SafeFileHandle Checked(int descriptor, string name)
    {
        Check(descriptor, name);
        return new SafeFileHandle(descriptor, ownsHandle: true);
    }

    private static void Check(int result, string name)
    {
        if (result < 0)
            throw new IOException($"{name}: {Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError())}");
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(int folder, string path, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint SystemCall(nint number, nint folder, byte* path, HowToOpen* how, nuint size);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeFolderAt(int folder, string path, uint mode);

    [LibraryImport("libc", EntryPoint = "mknodat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakeNode(int folder, string path, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "fchownat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(int folder, string path, uint user, uint group, int flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Unlink(int folder, string path, int flags);

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int StatX(int folder, string path, int flags, uint mask, byte* status);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    private static partial int Poll(PollDescriptor* descriptors, nuint count, int milliseconds);

    private struct HowToOpen
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }

    private struct PollDescriptor
    {
        public int Descriptor;
        public short Events;
        public short Result;
    }
}
