namespace DebugRelay.Recording;

/// <summary>Reads a ledger, also while it is written. It verifies nothing but the form.</summary>
public static class LedgerReader
{
    /// <summary>Reads whole entries from a place on; a last line that is not whole yet is left for the next time.</summary>
    /// <param name="folder">The ledger's folder.</param>
    /// <param name="offset">Where to begin, in bytes: 0, or an entry's <see cref="LedgerEntry.NextOffset"/>.</param>
    /// <returns>The entries, read as they are asked for; none where there is no ledger yet.</returns>
    /// <exception cref="RecordingException">The file cannot be read, is shorter than the offset, or holds something else than entries.</exception>
    public static IEnumerable<LedgerEntry> ReadEntries(string folder, long offset = 0)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        foreach (var (line, start) in ReadLines(Path.Combine(folder, LedgerNames.Entries), offset))
        {
            yield return LedgerLine.Parse(line.AsMemory(0, line.Length - 1), start)
                ?? throw new RecordingException(RecordingError.Unreadable, $"The ledger in {folder} holds a line that is no entry, at byte {start}.");
        }
    }

    /// <summary>Reads whole lines from a place on, as they lie there; nothing of them is looked at.</summary>
    /// <param name="folder">The ledger's folder.</param>
    /// <param name="offset">Where to begin, in bytes.</param>
    /// <returns>The lines, their ends included, read as they are asked for.</returns>
    /// <exception cref="RecordingException">The file cannot be read, or is shorter than the offset.</exception>
    public static IEnumerable<byte[]> ReadLinesOf(string folder, long offset)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        return ReadLines(Path.Combine(folder, LedgerNames.Entries), offset).Select(each => each.Line);
    }

    /// <summary>The key that signs a ledger's heads, which lies beside it.</summary>
    /// <param name="folder">The ledger's folder.</param>
    /// <returns>SubjectPublicKeyInfo in PEM.</returns>
    /// <exception cref="RecordingException">It cannot be read.</exception>
    public static string ReadKey(string folder)
    {
        var path = Path.Combine(folder, LedgerNames.PublicKey);
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>The latest signed head of a ledger.</summary>
    /// <param name="folder">The ledger's folder.</param>
    /// <returns>The head, not verified; null where there is none yet.</returns>
    /// <exception cref="RecordingException">It cannot be read, or is not in its format.</exception>
    public static LedgerHead? ReadHead(string folder)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        var path = Path.Combine(folder, LedgerNames.Checkpoint);
        try
        {
            if (!File.Exists(path))
                return null;
            return LedgerHead.Parse(File.ReadAllBytes(path)) ?? throw new RecordingException(RecordingError.Unreadable, $"{path} is no checkpoint of a ledger.");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"{path} cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Whole lines, their ends included, each with the place where it begins.</summary>
    internal static IEnumerable<(byte[] Line, long Offset)> ReadLines(string path, long offset = 0)
    {
        using var file = OpenOrNull(path);
        if (file is null)
            yield break;
        if (file.Length < offset)
            throw new RecordingException(RecordingError.Unreadable, $"{path} has {file.Length} bytes, but {offset} of it were read before.");
        file.Position = offset;
        var buffer = new byte[64 * 1024];
        var line = new MemoryStream();
        int read;
        while ((read = Fill(file, buffer)) > 0)
        {
            for (var start = 0; start < read;)
            {
                var end = buffer.AsSpan(start, read - start).IndexOf((byte)'\n');
                var length = end < 0 ? read - start : end + 1;
                if (line.Length + length > Limits.MaxEntryLine)
                    throw new RecordingException(RecordingError.Unreadable, $"{path} holds a line of more than {Limits.MaxEntryLine} bytes.");
                line.Write(buffer, start, length);
                start += length;
                if (end < 0)
                    continue;
                yield return (line.ToArray(), offset);
                offset += line.Length;
                line.SetLength(0);
            }
        }
    }

    private static FileStream? OpenOrNull(string path)
    {
        try
        {
            return new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new RecordingException(RecordingError.Unreadable, $"{path} cannot be read: {e.Message}", e);
        }
    }

    private static int Fill(FileStream file, byte[] buffer)
    {
        try
        {
            return file.Read(buffer);
        }
        catch (IOException e)
        {
            throw new RecordingException(RecordingError.Unreadable, $"{file.Name} cannot be read: {e.Message}", e);
        }
    }
}
