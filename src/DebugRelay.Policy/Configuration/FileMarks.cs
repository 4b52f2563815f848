using System.Globalization;

namespace DebugRelay.Policy.Configuration;

/// <summary>Tells whether files have changed, without reading them.</summary>
internal static class FileMarks
{
    /// <summary>One line a file: where its links end, its length, the time of its last change. A file that is not there has its own mark.</summary>
    public static string Of(IEnumerable<string> paths) => string.Join('\n', paths.Select(Of));

    private static string Of(string path)
    {
        try
        {
            var file = new FileInfo(path);
            // Kubernetes swaps the folder that its links lead through.
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
}
