using System.Text;

namespace DebugRelay.Surfaces.Inventory;

/// <summary>Files of proc(5), which end, or are forbidden, while they are read.</summary>
internal static class ProcFile
{
    /// <summary>Longest environment or list of mappings that is read, in bytes: both are the process's own choice.</summary>
    public const int Longest = 4 * 1024 * 1024;

    /// <summary>The text of a file; null where it cannot be read.</summary>
    public static string? Read(string path)
    {
        try
        {
            using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var bytes = new MemoryStream();
            byte[] buffer = new byte[16 * 1024];
            for (int got; bytes.Length < Longest && (got = file.Read(buffer)) > 0;)
                bytes.Write(buffer, 0, got);
            return Encoding.UTF8.GetString(bytes.GetBuffer(), 0, (int)bytes.Length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The words of a file in which zeros stand between them.</summary>
    public static string[] Words(string? text) => text is null ? [] : text.Split('\0', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>Where a link leads; null where that cannot be read.</summary>
    public static string? Link(string path)
    {
        try
        {
            return new FileInfo(path).LinkTarget;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>The names in a folder; none where it cannot be listed.</summary>
    public static IReadOnlyList<string> Names(string folder, string pattern = "*")
    {
        try
        {
            return [.. Directory.EnumerateFileSystemEntries(folder, pattern).Select(Path.GetFileName).OfType<string>()];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return [];
        }
    }
}
