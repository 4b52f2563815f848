namespace DebugRelay.Recording;

/// <summary>A review that lies in a recording's folder. Neither its signature nor its content is judged yet.</summary>
/// <param name="Name"><c>review.json</c>, <c>review-2.json</c>, …</param>
/// <param name="Bytes">Its exact bytes.</param>
/// <param name="Signature">The detached CMS signature beside it (<c>.p7s</c>); empty where there is none.</param>
public sealed record ReviewFile(string Name, ReadOnlyMemory<byte> Bytes, ReadOnlyMemory<byte> Signature);

/// <summary>
/// Reviews lie in the session's folder: <c>review.json</c> and <c>review.p7s</c>, a second one as <c>review-2.json</c> and so on. They come after
/// the recording and are no part of it: verification passes them over.
/// </summary>
public static class ReviewFiles
{
    /// <summary>Reads the reviews of a session, in their order.</summary>
    /// <param name="path">The session's folder.</param>
    /// <returns>The reviews; none where nobody has reviewed.</returns>
    /// <exception cref="RecordingException">A file cannot be read, or is too large.</exception>
    public static IReadOnlyList<ReviewFile> Read(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        try
        {
            return [.. Enumerable.Range(1, Limits.MaxReviews).Select(Names.Review).TakeWhile(name => File.Exists(Path.Combine(path, name + Names.ReviewDocument)))
                .Select(name => new ReviewFile(name + Names.ReviewDocument, ReadSmall(path, name + Names.ReviewDocument), ReadSmall(path, name + Names.ReviewSignature)))];
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"A review cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Adds a review. The signature is on disk first: a review without one is never seen.</summary>
    /// <param name="path">The session's folder.</param>
    /// <param name="document">The signed bytes.</param>
    /// <param name="signature">The signature.</param>
    /// <returns>The name of the document.</returns>
    /// <exception cref="RecordingException">There are <see cref="Limits.MaxReviews"/> already, or the folder cannot be written.</exception>
    public static string Add(string path, ReadOnlyMemory<byte> document, ReadOnlyMemory<byte> signature)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        var name = Enumerable.Range(1, Limits.MaxReviews).Select(Names.Review).FirstOrDefault(n => !File.Exists(Path.Combine(path, n + Names.ReviewDocument)))
            ?? throw new RecordingException(RecordingError.LimitReached, $"The recording has {Limits.MaxReviews} reviews already.");
        try
        {
            Disk.Replace(Path.Combine(path, name + Names.ReviewSignature), signature.Span);
            Disk.Replace(Path.Combine(path, name + Names.ReviewDocument), document.Span);
            return name + Names.ReviewDocument;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.FolderNotWritable, $"The review cannot be written into {path}: {e.Message}", e);
        }
    }

    private static byte[] ReadSmall(string path, string name)
    {
        var file = Path.Combine(path, name);
        if (!File.Exists(file))
            return [];
        if (new FileInfo(file).Length > Limits.MaxSmallFile)
            throw new RecordingException(RecordingError.Unreadable, $"{name} has more than {Limits.MaxSmallFile} bytes.");
        return File.ReadAllBytes(file);
    }
}
