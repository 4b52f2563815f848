namespace DebugRelay.Recording;

/// <summary>Reads the checkpoints of a session, not verified.</summary>
internal static class CheckpointFiles
{
    /// <summary>Reads them in order; what cannot be read ends the series.</summary>
    /// <param name="path">The session's folder.</param>
    public static IEnumerable<Checkpoint> Read(string path)
    {
        for (var index = 0; ReadOne(Path.Combine(path, Names.Segment(index, Names.Checkpoint))) is { } checkpoint; index++)
            yield return checkpoint;
    }

    private static Checkpoint? ReadOne(string file)
    {
        try
        {
            return Disk.IsRegularFile(file) && new FileInfo(file).Length <= Limits.MaxCheckpoint ? Checkpoint.Parse(File.ReadAllBytes(file)) : null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }
}
