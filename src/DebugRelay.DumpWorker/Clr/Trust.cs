using DebugRelay.DumpWorker.Output;

namespace DebugRelay.DumpWorker.Clr;

/// <summary>Whether code may be loaded from a file.</summary>
internal static class Trust
{
    private const UnixFileMode OthersWrite = UnixFileMode.GroupWrite | UnixFileMode.OtherWrite;

    /// <summary>The file and every folder above it belong to root or to this process's user, and nobody else may write to them.</summary>
    public static bool IsOurs(string path)
    {
        FileSystemInfo? file = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) ?? new FileInfo(path);
        if (!IsOurs(file, isFolder: false))
            return false;
        for (DirectoryInfo? folder = Directory.GetParent(file.FullName); folder is not null; folder = folder.Parent)
        {
            if (!IsOurs(folder, isFolder: true))
                return false;
        }
        return true;
    }

    private static bool IsOurs(FileSystemInfo entry, bool isFolder)
    {
        uint owner = SystemCalls.OwnerOf(entry.FullName);
        bool sticky = isFolder && (entry.UnixFileMode & UnixFileMode.StickyBit) != 0;
        return (owner == 0 || owner == SystemCalls.EffectiveUser()) && ((entry.UnixFileMode & OthersWrite) == 0 || sticky);
    }
}
