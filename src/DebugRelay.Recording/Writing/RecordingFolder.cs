using System.Text;

namespace DebugRelay.Recording;

/// <summary>What was done to a recording's folder.</summary>
/// <param name="Kind">The kind of change.</param>
/// <param name="Name">The file, relative to the session's folder.</param>
/// <param name="Bytes">What was appended; for a rename, the new name in UTF-8.</param>
internal sealed record FolderChange(FolderChangeKind Kind, string Name, byte[] Bytes);

internal enum FolderChangeKind
{
    Create,
    Append,
    Rename,
}

/// <summary>A session's folder: the only place that writes a recording's files.</summary>
internal sealed class RecordingFolder
{
    private readonly Action<FolderChange>? _changed;

    private RecordingFolder(string path, Action<FolderChange>? changed)
    {
        FullPath = path;
        _changed = changed;
    }

    public string FullPath { get; }

    /// <summary>Makes the session's folder, durably; the recordings' folder too, where it is missing.</summary>
    public static RecordingFolder Create(string recordings, string session, Action<FolderChange>? changed)
    {
        Disk.MakeFolder(recordings);
        var path = Path.Combine(Path.GetFullPath(recordings), session);
        if (Path.Exists(path))
            throw new RecordingException(RecordingError.SessionExists, $"The session {session} has a recording already.");
        Disk.MakeFolder(path);
        Disk.MakeFolder(Path.Combine(path, Names.Streams));
        Disk.SyncFolder(Path.GetDirectoryName(path)!);
        return new RecordingFolder(path, changed);
    }

    /// <summary>Makes a file that must not exist yet.</summary>
    public RecordingFile CreateFile(string name)
    {
        var file = Disk.OpenFile(Path.Combine(FullPath, name), FileMode.CreateNew);
        _changed?.Invoke(new FolderChange(FolderChangeKind.Create, name, []));
        return new RecordingFile(file, _changed is null ? null : bytes => _changed(new FolderChange(FolderChangeKind.Append, name, bytes)));
    }

    /// <summary>Writes a file whole; it is on disk on return, its folder entry after <see cref="Sync"/>.</summary>
    public void WriteFile(string name, ReadOnlySpan<byte> bytes)
    {
        using var file = CreateFile(name);
        file.Append(bytes);
        file.Sync();
    }

    public void Rename(string from, string to)
    {
        File.Move(Path.Combine(FullPath, from), Path.Combine(FullPath, to), overwrite: false);
        _changed?.Invoke(new FolderChange(FolderChangeKind.Rename, from, Encoding.UTF8.GetBytes(to)));
    }

    public void Sync() => Disk.SyncFolder(FullPath);

    public void SyncStreams() => Disk.SyncFolder(Path.Combine(FullPath, Names.Streams));
}

/// <summary>An append-only file.</summary>
internal sealed class RecordingFile(FileStream file, Action<byte[]>? appended) : IStreamContent
{
    private long _length;

    public long Length => Volatile.Read(ref _length);

    /// <summary>Writes at the end. Not safe for two writers; readers may read up to <see cref="Length"/> meanwhile.</summary>
    public void Append(ReadOnlySpan<byte> bytes)
    {
        RandomAccess.Write(file.SafeFileHandle, bytes, _length);
        Volatile.Write(ref _length, _length + bytes.Length);
        appended?.Invoke(bytes.ToArray());
    }

    public int Read(long offset, Span<byte> into) => RandomAccess.Read(file.SafeFileHandle, into, offset);

    public void Sync() => RandomAccess.FlushToDisk(file.SafeFileHandle);

    public void Dispose() => file.Dispose();
}
