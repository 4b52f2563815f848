using System.Runtime.InteropServices;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>What recordings and ledgers ask of the file system. Files are 0600, folders 0700.</summary>
internal static class Disk
{
    public const UnixFileMode FolderMode = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;
    public const UnixFileMode FileAccessMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private const string NotOnWindows = "Without file modes and folder syncs a recording would promise what it does not hold.";

    /// <summary>Makes a folder and those above it; nothing happens where it is there.</summary>
    public static void MakeFolder(string path)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException(NotOnWindows);
        Directory.CreateDirectory(path, FolderMode);
    }

    /// <summary>Opens a file for ourselves to write, unbuffered.</summary>
    public static FileStream OpenFile(string path, FileMode mode, FileShare share = FileShare.ReadWrite)
    {
        if (OperatingSystem.IsWindows())
            throw new PlatformNotSupportedException(NotOnWindows);
        return new FileStream(path, new FileStreamOptions
        {
            Mode = mode,
            Access = FileAccess.ReadWrite,
            Share = share,
            BufferSize = 0,
            UnixCreateMode = mode == FileMode.Open ? null : FileAccessMode,
        });
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
