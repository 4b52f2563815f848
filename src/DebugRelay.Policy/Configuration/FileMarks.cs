using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;

namespace DebugRelay.Policy.Configuration;

/// <summary>Tells whether files have changed, without reading them.</summary>
/// <remarks>
/// By the kernel's time of change (ctime), which nobody can set: a file of the same length with the old one's times, as copies with kept times and
/// reproducible images make them, is another file.
/// </remarks>
internal static class FileMarks
{
    private const int WorkingFolder = -100;
    private const uint Wanted = 0x02 | 0x40 | 0x80 | 0x100 | 0x200;
    private const int LinksThemselves = 0x100;
    private const int StatusBytes = 256;
    private const int NoEntry = 2;
    private const int NoFolder = 20;

    /// <summary>One line a file: which one it is, its length, its times. A file that is not there has its own mark.</summary>
    public static string Of(IEnumerable<string> paths) => string.Join('\n', paths.Select(path => OperatingSystem.IsLinux() ? OfKernel(path) : OfRuntime(path)));

    /// <summary>Whether anything bears the name: a file, a folder, a link whose target is gone; also where that cannot be looked at.</summary>
    public static bool IsThere(string path) =>
        OperatingSystem.IsLinux() ? Status(path, LinksThemselves, stackalloc byte[StatusBytes]) is not (NoEntry or NoFolder) : Path.Exists(path);

    /// <summary>Links are followed: Kubernetes swaps the folder that its links lead through.</summary>
    private static string OfKernel(string path)
    {
        Span<byte> status = stackalloc byte[StatusBytes];
        int error = Status(path, 0, status);
        if (error != 0) return string.Create(CultureInfo.InvariantCulture, $"{path} - {error}");

        // struct statx: inode and length at 32 and 40, times of change (of the inode, of the content) at 96 and 112, the device at 136. The same
        // everywhere.
        return $"{path} {Convert.ToHexString(status[32..48])} {Convert.ToHexString(status[96..108])} {Convert.ToHexString(status[112..124])} {Convert.ToHexString(status[136..144])}";
    }

    private static string OfRuntime(string path)
    {
        try
        {
            var file = new FileInfo(path);
            FileInfo target = file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
            return target.Exists
                ? string.Create(CultureInfo.InvariantCulture, $"{target.FullName} {target.Length} {target.LastWriteTimeUtc.Ticks}")
                : $"{path} -";
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return $"{path} ?";
        }
    }

    /// <returns>0, or the error's number.</returns>
    private static int Status(string path, int flags, Span<byte> status) =>
        StatX(WorkingFolder, Encoding.UTF8.GetBytes(path + '\0'), flags, Wanted, ref MemoryMarshal.GetReference(status)) == 0 ? 0 : Marshal.GetLastPInvokeError();

    [DllImport("libc", EntryPoint = "statx", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int StatX(int folder, byte[] path, int flags, uint mask, ref byte status);
}
