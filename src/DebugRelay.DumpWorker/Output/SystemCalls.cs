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

    /// <summary>
    /// Confines this process and those that it starts: they gain no rights by what they run, and a crash leaves no file with what they had in memory.
    /// </summary>
    /// <returns>Names of what could be applied.</returns>
    public static string[] Confine()
    {
        ulong* none = stackalloc ulong[2];
        (none[0], none[1]) = (0, 0);
        var applied = new List<string>();
        if (ProcessControl(SetNoNewPrivileges, 1, 0, 0, 0) == 0)
            applied.Add("no-new-privileges");
        if (SetLimit(CoreFileSize, none) == 0)
            applied.Add("no-core-files");
        return [.. applied];
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
}
