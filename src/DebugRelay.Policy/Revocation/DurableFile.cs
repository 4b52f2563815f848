using System.Runtime.InteropServices;
using System.Text;

namespace DebugRelay.Policy.Revocation;

/// <summary>Writes a small file so that a crash leaves the old one or the new one, and a power failure does not bring the old one back.</summary>
internal static class DurableFile
{
    public static void Replace(string path, ReadOnlySpan<byte> bytes)
    {
        var options = new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write };
        if (!OperatingSystem.IsWindows()) options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        using (var file = new FileStream(path + ".new", options))
        {
            file.Write(bytes);
            file.Flush(flushToDisk: true);
        }
        File.Move(path + ".new", path, overwrite: true);
        if (!OperatingSystem.IsWindows()) SyncFolder(Path.GetDirectoryName(path)!);
    }

    /// <summary>The rename is on disk when its folder is, and .NET has no call for that.</summary>
    private static void SyncFolder(string path)
    {
        const int ReadOnlyCloseOnExec = 0x80000;
        int descriptor = Open(Encoding.UTF8.GetBytes(path + '\0'), ReadOnlyCloseOnExec);
        bool synced = descriptor >= 0 && FSync(descriptor) == 0;
        string reason = Marshal.GetLastPInvokeErrorMessage();
        if (descriptor >= 0) _ = Close(descriptor);
        if (!synced) throw new IOException($"The folder {path} cannot be synced: {reason}.");
    }

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
