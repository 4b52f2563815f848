using System.Runtime.InteropServices;
using System.Runtime.Versioning;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace DebugRelay.Recording;

/// <summary>What recordings and ledgers ask of the file system. Files are 0600, folders 0700; on Windows they have the access list of the folder that they are made in.</summary>
internal static class Disk
{
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    public const UnixFileMode FileAccessMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <summary>Makes a folder and those above it; nothing happens where it is there.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, FolderMode);
    }

    /// <summary>Opens a file for ourselves to write, unbuffered.</summary>
    public static FileStream OpenFile(string path, FileMode mode, FileShare share = FileShare.ReadWrite)
    {
        // What is open is renamed and removed, too: Windows lets it be only where everybody who has it open agrees.
        var options = new FileStreamOptions { Mode = mode, Access = FileAccess.ReadWrite, Share = share == FileShare.None ? share : share | FileShare.Delete, BufferSize = 0 };
        if (!OperatingSystem.IsWindows() && mode != FileMode.Open)
            options.UnixCreateMode = FileAccessMode;
        return new FileStream(path, options);
    }

    /// <summary>Puts a whole file in the place of another: after a crash there is the old one or the new one, never a part.</summary>
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        using (var file = OpenFile(path + Names.Unfinished, FileMode.Create))
        {
            RandomAccess.Write(file.SafeFileHandle, bytes, 0);
            RandomAccess.FlushToDisk(file.SafeFileHandle);
        }

        File.Move(path + Names.Unfinished, path, overwrite: true);
        SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>A new or renamed file outlasts a power failure only when its folder is synced, which .NET has no call for.</summary>
    public static void SyncFolder(string path)
    {
        if (OperatingSystem.IsWindows())
        {
            SyncWindowsFolder(path);
            return;
        }
        const int readOnlyCloseOnExec = 0x80000;
        var descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), readOnlyCloseOnExec);
        if (descriptor < 0)
            throw new IOException($"The folder {path} cannot be opened: {Marshal.GetLastPInvokeErrorMessage()}.");
        var failed = FSync(descriptor) != 0;
        var reason = Marshal.GetLastPInvokeErrorMessage();
        _ = Close(descriptor);
        if (failed)
            throw new IOException($"The folder {path} cannot be synced: {reason}.");
    }

    /// <summary>
    /// Whether a path is a regular file itself: no link, pipe, socket or device, whose opening might wait for ever. .NET cannot tell them apart;
    /// statx has one layout on all of Linux's architectures. Elsewhere only links are told.
    /// </summary>
    public static bool IsRegularFile(string path)
    {
        const int currentFolder = -100, doNotFollow = 0x100;
        const uint typeOnly = 1;
        const int mode = 28, typeMask = 0xF000, regular = 0x8000;
        if (!OperatingSystem.IsLinux())
            return File.Exists(path) && new FileInfo(path).LinkTarget is null;
        Span<byte> status = stackalloc byte[256];
        return StatX(currentFolder, Encoding.UTF8.GetBytes(path + '\0'), doNotFollow, typeOnly, ref MemoryMarshal.GetReference(status)) == 0
            && (MemoryMarshal.Read<ushort>(status[mode..]) & typeMask) == regular;
    }

    [SupportedOSPlatform("windows")]
    private static void SyncWindowsFolder(string path)
    {
        const uint write = 0x40000000, shareAll = 7, existing = 3, folders = 0x02000000;
        using SafeFileHandle folder = CreateFile(path, write, shareAll, 0, existing, folders, 0);
        if (folder.IsInvalid || !FlushFileBuffers(folder))
            throw new IOException($"The folder {path} cannot be synced: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [DllImport("kernel32", EntryPoint = "CreateFileW", SetLastError = true, CharSet = CharSet.Unicode, ExactSpelling = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern SafeFileHandle CreateFile(string path, uint access, uint share, nint security, uint disposition, uint flags, nint template);

    [DllImport("kernel32", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool FlushFileBuffers(SafeFileHandle file);

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, ref byte status);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Open(byte[] path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int FSync(int descriptor);

    [DllImport("libc", EntryPoint = "close", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int Close(int descriptor);
}
