using System.Security.Cryptography;

namespace DebugRelay.Recording;

/// <summary>The segment that is being written, and the key that will seal it.</summary>
internal sealed class Segment : IDisposable
{
    private readonly RecordingFile _file;
    private readonly IncrementalHash _hash = Digest.Begin();

    public Segment(RecordingFolder folder, int index, long firstEntry, SegmentKey key)
    {
        Index = index;
        FirstEntry = firstEntry;
        Key = key;
        _file = folder.CreateFile(Names.Segment(index, Names.Entries));
    }

    public int Index { get; }

    public long FirstEntry { get; }

    public long Count { get; private set; }

    public long NextEntry => FirstEntry + Count;

    public SegmentKey Key { get; }

    public string Sha256 => _hash.CurrentHex();

    public void Append(ReadOnlySpan<byte> line)
    {
        _file.Append(line);
        _hash.AppendData(line);
        Count++;
    }

    public void Sync() => _file.Sync();

    public void Dispose()
    {
        _file.Dispose();
        _hash.Dispose();
        Key.Dispose();
    }
}
