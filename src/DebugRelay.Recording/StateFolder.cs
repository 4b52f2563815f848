namespace DebugRelay.Recording;

/// <summary>Small files of what must not be forgotten. A file is replaced whole and is on disk when a write returns, so that a crash leaves the old or the new.</summary>
public sealed class StateFolder
{
    private const string Unfinished = ".new";

    private readonly string _path;

    /// <summary>A folder below the host's state folder; it is made when it is first written to.</summary>
    /// <param name="path">Its path.</param>
    public StateFolder(string path) => _path = path;

    /// <summary>What a file holds; null where there is none.</summary>
    /// <exception cref="StateException">It is there and cannot be read.</exception>
    public byte[]? Read(string name)
    {
        try
        {
            return File.ReadAllBytes(Path.Combine(_path, name));
        }
        catch (Exception missing) when (missing is FileNotFoundException or DirectoryNotFoundException)
        {
            return null;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(error);
        }
    }

    /// <summary>Replaces a file. When this returns, it survives a crash of the machine.</summary>
    /// <exception cref="StateException">It cannot be written: what it would have allowed must not be done.</exception>
    public void Write(string name, ReadOnlySpan<byte> bytes)
    {
        string path = Path.Combine(_path, name), fresh = path + Unfinished;
        try
        {
            Disk.MakeFolder(_path);
            using (FileStream file = Disk.OpenFile(fresh, FileMode.Create))
            {
                file.Write(bytes);
                file.Flush(flushToDisk: true);
            }
            File.Move(fresh, path, overwrite: true);
            Disk.SyncFolder(_path);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(error);
        }
    }

    /// <summary>The names of the files that are there, in order.</summary>
    public IReadOnlyList<string> Names => Directory.Exists(_path)
        ? [.. Directory.EnumerateFiles(_path).Select(path => Path.GetFileName(path)).Where(name => !name.EndsWith(Unfinished, StringComparison.Ordinal)).Order(StringComparer.Ordinal)]
        : [];

    /// <summary>Removes a file; nothing happens where there is none.</summary>
    /// <exception cref="StateException">It cannot be removed.</exception>
    public void Remove(string name)
    {
        try
        {
            File.Delete(Path.Combine(_path, name));
        }
        catch (DirectoryNotFoundException)
        {
            // As good as removed.
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            throw Failed(error);
        }
    }

    /// <summary>Removes the files that are older than this; what cannot be removed stays.</summary>
    public void RemoveOlderThan(TimeSpan age)
    {
        if (!Directory.Exists(_path))
            return;
        foreach (string path in Directory.EnumerateFiles(_path))
        {
            try
            {
                if (DateTime.UtcNow - File.GetLastWriteTimeUtc(path) > age)
                    File.Delete(path);
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                // It is in nobody's way.
            }
        }
    }

    private static StateException Failed(Exception error) => new($"the host's state cannot be kept ({error.Message})", error);
}

/// <summary>What must not be forgotten cannot be kept.</summary>
public sealed class StateException(string message, Exception? cause = null) : Exception(message, cause);
