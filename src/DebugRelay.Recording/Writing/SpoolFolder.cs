namespace DebugRelay.Recording;

/// <summary>The folder of spools. They have no names, but who is killed between making one and taking its name away leaves an empty file.</summary>
public static class SpoolFolder
{
    /// <summary>Deletes what is left; call it before the first session.</summary>
    /// <param name="path">The folder; nothing happens where there is none.</param>
    /// <exception cref="RecordingException">Something that is left cannot be deleted.</exception>
    public static void Clean(string path)
    {
        try
        {
            if (!Directory.Exists(path))
                return;
            foreach (var file in Directory.EnumerateFiles(path, "*" + Spool.Extension))
                File.Delete(file);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.FolderNotWritable, $"The spool {path} cannot be cleaned: {e.Message}", e);
        }
    }
}
