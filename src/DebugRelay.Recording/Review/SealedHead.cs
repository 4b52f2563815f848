namespace DebugRelay.Recording;

/// <summary>The last checkpoint of a recording, as it lies there: not verified.</summary>
/// <param name="Session">The session that it names.</param>
/// <param name="Host">The host that it names.</param>
/// <param name="Segments">How many segments are sealed.</param>
/// <param name="Sha256">The checkpoint's SHA-256 in hex.</param>
/// <param name="IsFinal">Whether it ends the recording.</param>
public sealed record SealedHead(string Session, string Host, int Segments, string Sha256, bool IsFinal)
{
    /// <summary>Reads the last of the checkpoints that follow each other from 0000.</summary>
    /// <param name="path">The session's folder.</param>
    /// <returns>The head; null where no segment is sealed.</returns>
    /// <exception cref="RecordingException">It cannot be read, or is no checkpoint.</exception>
    public static SealedHead? Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var segments = 0;
        while (File.Exists(Path.Combine(path, Names.Segment(segments, Names.Checkpoint))))
            segments++;
        if (segments == 0)
            return null;
        var name = Names.Segment(segments - 1, Names.Checkpoint);
        try
        {
            if (new FileInfo(Path.Combine(path, name)).Length > Limits.MaxCheckpoint)
                throw new RecordingException(RecordingError.Unreadable, $"{name} has more than {Limits.MaxCheckpoint} bytes.");
            var bytes = File.ReadAllBytes(Path.Combine(path, name));
            return Checkpoint.Parse(bytes) is { } checkpoint
                ? new SealedHead(checkpoint.Session, checkpoint.Host, segments, Digest.Hex(bytes), checkpoint.IsFinal)
                : throw new RecordingException(RecordingError.Unreadable, $"{name} is malformed.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"{name} cannot be read: {e.Message}", e);
        }
    }
}
