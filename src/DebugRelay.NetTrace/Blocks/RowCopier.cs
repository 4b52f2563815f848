using System.Text;

namespace DebugRelay.NetTrace;

/// <summary>Reads V6 rows and copies them as it goes, save for the texts that a filter answers with another.</summary>
internal ref struct RowCopier(ReadOnlySpan<byte> source, BlockBuffer destination, ITraceFilter filter)
{
    private readonly ReadOnlySpan<byte> _source = source;
    private ByteReader _reader = new(source);
    private int _copied;

    public readonly bool Failed => _reader.Failed;

    public readonly int Left => _reader.Left;

    public byte U8() => _reader.U8();

    public uint U32() => _reader.U32();

    public void Bytes(uint count) => _reader.Bytes(count);

    public ulong Varint64() => _reader.Varint64();

    public string Key() => _reader.Text8(NetTraceLimits.MaxMetadataName);

    /// <summary>A text, which passes as the filter answers it.</summary>
    public void Text(StreamText place, string name)
    {
        var start = _reader.Position;
        var text = _reader.Text8(NetTraceLimits.MaxPayloadSize);
        if (_reader.Failed) return;
        var answer = filter.VisitText(place, name, text);
        if (answer != text) Replace(start, answer);
    }

    /// <summary>A key, which passes as the filter answers it; gives it as it came.</summary>
    public string VisitedKey()
    {
        var start = _reader.Position;
        var key = Key();
        if (_reader.Failed) return key;
        var answer = filter.VisitText(StreamText.Key, "", key);
        if (answer != key) Replace(start, answer);
        return key;
    }

    /// <summary>A key and its value.</summary>
    public void KeyValue(StreamText place)
    {
        var key = VisitedKey();
        Text(place, key);
    }

    /// <summary>A number of a thread, lowered by as much as <paramref name="by"/>.</summary>
    public void Lower(uint by)
    {
        var start = _reader.Position;
        var value = _reader.Varint32();
        if (_reader.Failed || by == 0) return;
        CopyTo(start);
        WriteVarint(value - by);
        _copied = _reader.Position;
    }

    /// <summary>Copies what is left to copy of what was read.</summary>
    public void Finish() => CopyTo(_reader.Position);

    private void Replace(int start, string answer)
    {
        var text = answer.AsSpan(0, Math.Min(answer.Length, NetTraceLimits.MaxMetadataName));
        CopyTo(start);
        var size = Encoding.UTF8.GetByteCount(text);
        WriteVarint((uint)size);
        Encoding.UTF8.GetBytes(text, destination.Take(size));
        _copied = _reader.Position;
    }

    private void WriteVarint(uint value)
    {
        var room = destination.Take(Varint.MaxSize);
        destination.Untake(room.Length - Varint.Write(room, value));
    }

    private void CopyTo(int end)
    {
        destination.Append(_source[_copied..end]);
        _copied = end;
    }
}
