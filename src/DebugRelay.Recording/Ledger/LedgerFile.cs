namespace DebugRelay.Recording;

/// <summary>A ledger's file while it is written: append-only, chained line by line, with the Merkle tree over its lines.</summary>
internal sealed class LedgerFile : IDisposable
{
    private const string NoLine = "none";

    private readonly Lock _lock = new();
    private readonly SemaphoreSlim _syncing = new(1, 1);
    private readonly FileStream _file;
    private readonly MerkleTree _tree = new();
    private string _previous = NoLine;
    private long _length;
    private long _synced;
    private RecordingException? _failed;

    /// <summary>Opens the file, or makes it. What a crash left of a last line is removed: nobody has been told that it stands.</summary>
    /// <param name="folder">The ledger's folder.</param>
    /// <param name="seen">Sees each entry that is there.</param>
    /// <exception cref="RecordingException">The file is not a ledger, or not what its checkpoint says.</exception>
    public LedgerFile(string folder, Action<LedgerEntry> seen)
    {
        var path = Path.Combine(folder, LedgerNames.Entries);
        var head = LedgerReader.ReadHead(folder);
        if (head is { Size: 0 })
            head = null;
        foreach (var (line, offset) in LedgerReader.ReadLines(path))
        {
            if (!LedgerLine.Continues(line, _tree.Size, _previous) || LedgerLine.Parse(line.AsMemory(0, line.Length - 1), offset) is not { } entry)
                throw Unusable(path, $"line {_tree.Size} does not continue it");
            seen(entry);
            Take(line);
            if (_tree.Size == head?.Size && Convert.ToHexStringLower(_tree.Root()) != head.RootSha256)
                throw Unusable(path, "it is not what its checkpoint says");
        }

        if (_tree.Size < head?.Size)
            throw Unusable(path, $"it has {_tree.Size} entries, but its checkpoint says {head.Size}");
        _file = Disk.OpenFile(path, FileMode.OpenOrCreate);
        TornBytes = _file.Length - _length;
        if (TornBytes > 0)
            _file.SetLength(_length);
        RandomAccess.FlushToDisk(_file.SafeFileHandle);
        Disk.SyncFolder(folder);
        _synced = _length;
    }

    /// <summary>Bytes of a last line that a crash had cut.</summary>
    public long TornBytes { get; }

    /// <summary>How many entries there are.</summary>
    public long Size
    {
        get
        {
            lock (_lock)
                return _tree.Size;
        }
    }

    /// <summary>Appends a line; it is on disk after <see cref="SyncAsync"/>.</summary>
    /// <returns>The file's length with it.</returns>
    /// <exception cref="RecordingException">It could not be written; the file is as it was.</exception>
    public long Append(DateTimeOffset time, string kind, string? session, ReadOnlySpan<byte> body)
    {
        lock (_lock)
        {
            ThrowIfFailed();
            var line = LedgerLine.Format(_tree.Size, _previous, time, kind, session, body);
            try
            {
                RandomAccess.Write(_file.SafeFileHandle, line, _length);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                CutBack();
                throw new RecordingException(RecordingError.WriteFailed, $"The ledger cannot be written: {e.Message}", e);
            }

            Take(line);
            return _length;
        }
    }

    /// <summary>Brings all up to a length to disk. Those who wait at the same time share one sync.</summary>
    /// <exception cref="RecordingException">The disk failed: what was appended may be lost, so nothing can be appended any more.</exception>
    public async ValueTask SyncAsync(long length)
    {
        if (Volatile.Read(ref _synced) >= length)
            return;
        await _syncing.WaitAsync();
        try
        {
            if (_synced >= length)
                return;
            ThrowIfFailed();
            var all = Volatile.Read(ref _length);
            RandomAccess.FlushToDisk(_file.SafeFileHandle);
            Volatile.Write(ref _synced, all);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failed = new RecordingException(RecordingError.WriteFailed, $"The ledger cannot be written: {e.Message}", e);
            throw _failed;
        }
        finally
        {
            _syncing.Release();
        }
    }

    /// <summary>What there is now: entries, their root, and the file's length with them.</summary>
    public (long Size, byte[] Root, long Length) Snapshot()
    {
        lock (_lock)
            return (_tree.Size, _tree.Root(), _length);
    }

    public void Dispose()
    {
        _file.Dispose();
        _syncing.Dispose();
    }

    private void Take(ReadOnlySpan<byte> line)
    {
        _tree.Append(line);
        _previous = Digest.Hex(line);
        Volatile.Write(ref _length, _length + line.Length);
    }

    /// <summary>A full disk takes a part of a line. It must not stay in front of the next one.</summary>
    private void CutBack()
    {
        try
        {
            _file.SetLength(_length);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            _failed = new RecordingException(RecordingError.WriteFailed, $"The ledger cannot be written: {e.Message}", e);
        }
    }

    private void ThrowIfFailed()
    {
        if (_failed is { } failed)
            throw new RecordingException(failed.Error, failed.Message, failed.InnerException);
    }

    private static RecordingException Unusable(string path, string why) => new(
        RecordingError.LedgerUnusable, $"{path} cannot be continued: {why}. Keep it for a reviewer, and move its folder away to begin a new ledger.");
}
