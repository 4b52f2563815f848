using System.Security.Cryptography;

namespace DebugRelay.Recording;

/// <summary>Where the bytes of a stream lie while they are delivered.</summary>
internal interface IStreamContent : IDisposable
{
    /// <summary>Bytes written so far.</summary>
    long Length { get; }

    /// <summary>Writes at the end. Not safe for two writers; readers may read meanwhile.</summary>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Reads what was written; at most up to <see cref="Length"/>.</summary>
    /// <exception cref="RecordingException">It is no longer there.</exception>
    int Read(long offset, Span<byte> into);

    /// <summary>Returns when what was written is on disk, as far as it is to stay there.</summary>
    void Sync();
}

/// <summary>
/// The bytes of a stream that is kept by its hash alone, on their way to the client: a file without a name, in which the newest bytes overwrite the oldest.
/// Nothing of it outlives the process.
/// </summary>
internal sealed class Spool : IStreamContent
{
    public const string Extension = ".spool";

    private readonly FileStream _file;
    private readonly long _capacity;
    private long _length;
    private long _writing;

    private Spool(FileStream file, long capacity)
    {
        _file = file;
        _capacity = capacity;
    }

    public long Length => Volatile.Read(ref _length);

    /// <param name="folder">The folder of spools; it is made if it is missing.</param>
    /// <param name="bytes">How far a reader may be behind.</param>
    public static Spool Create(string folder, long bytes)
    {
        Disk.MakeFolder(folder);
        var path = Path.Combine(folder, RandomNumberGenerator.GetHexString(32, lowercase: true) + Extension);
        var file = Disk.OpenFile(path, FileMode.CreateNew);
        File.Delete(path);
        return new Spool(file, bytes + Limits.SpoolMargin);
    }

    public void Append(ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            var place = _length % _capacity;
            var part = bytes[..(int)Math.Min(Math.Min(bytes.Length, Limits.SpoolMargin / 2), _capacity - place)];
            Volatile.Write(ref _writing, _length + part.Length);
            RandomAccess.Write(_file.SafeFileHandle, part, place);
            Volatile.Write(ref _length, _length + part.Length);
            bytes = bytes[part.Length..];
        }
    }

    public int Read(long offset, Span<byte> into)
    {
        var place = offset % _capacity;
        var wanted = (int)Math.Min(Math.Min(into.Length, Length - offset), _capacity - place);
        var read = wanted <= 0 ? 0 : RandomAccess.Read(_file.SafeFileHandle, into[..wanted], place);
        // Asked afterwards: the writer does not wait for this reader.
        return offset >= Volatile.Read(ref _writing) - _capacity
            ? read
            : throw new RecordingException(RecordingError.Overrun, "What was delivered is no longer in the spool: the reader was too slow.");
    }

    public void Sync()
    {
        // Nothing of it is to stay.
    }

    public void Dispose() => _file.Dispose();
}
