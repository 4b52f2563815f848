using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.Unicode;

namespace DebugRelay.NetTrace;

/// <summary>
/// The visited values of one event and what they are replaced by. Reused for every event of a stream, so that visiting allocates nothing.
/// </summary>
internal sealed class EventEditor
{
    /// <summary>Characters kept for one event: what a payload can hold decoded, and as much again of replacements.</summary>
    private const int MaxChars = 131_072;

    private FieldValue[] _values = new FieldValue[64];
    private char[] _chars = [];
    private int _charCount;
    private EventField[] _fields = [];

    /// <summary>The arrays of the event that stand behind its other values.</summary>
    public PayloadLocations Locations { get; } = new();

    /// <summary>How many values the event has.</summary>
    public int Count { get; private set; }

    /// <summary>Whether any value is to be replaced or blanked.</summary>
    public bool IsEdited { get; private set; }

    /// <summary>How many replacements were cut since the stream began.</summary>
    public long ReplacementsCut { get; private set; }

    /// <summary>Forgets the event before.</summary>
    public void Begin(EventField[] fields)
    {
        if (!ReferenceEquals(_fields, fields)) _fields = fields;
        Count = 0;
        _charCount = 0;
        IsEdited = false;
        Locations.Clear();
    }

    /// <summary>Adds a value; false where the event has too many.</summary>
    public bool TryAdd(LayoutOp form, int field, int start, int length)
    {
        if (Count == _values.Length)
        {
            if (Count >= NetTraceLimits.MaxValues) return false;
            Array.Resize(ref _values, Count * 2);
        }
        ref var value = ref _values[Count++];
        value = default;
        (value.Form, value.Field, value.Start, value.Length) = (form, field, start, length);
        return true;
    }

    public EventField Field(int i) => _fields[At(i).Field];

    public int FieldIndex(int i) => At(i).Field;

    public ReadOnlySpan<byte> Bytes(int i, ReadOnlySpan<byte> payload) => payload.Slice(At(i).Start, At(i).Length);

    public ReadOnlySpan<char> Text(int i, ReadOnlySpan<byte> payload)
    {
        ref var value = ref At(i);
        var bytes = payload.Slice(value.Start, value.Length);
        if (value.Form == LayoutOp.Text) return MemoryMarshal.Cast<byte, char>(bytes);
        if (!value.IsText) return default;
        if (!value.IsUtf8) return MemoryMarshal.Cast<byte, char>(bytes);
        if (!value.IsDecoded) Decode(ref value, bytes);
        return _chars.AsSpan(value.DecodedStart, value.DecodedLength);
    }

    public void Replace(int i, ReadOnlySpan<char> text)
    {
        ref var value = ref At(i);
        IsEdited = true;
        value.IsReplaced = true;
        value.TextStart = _charCount;
        value.TextLength = value.IsText ? Store(text, value.HasTerminator) : 0;
    }

    public void Blank(int i) => Replace(i, []);

    /// <summary>Bytes that the edited payload takes. Cuts replacements so that they are no more than readers can hold.</summary>
    public int Measure(int payloadLength)
    {
        var limit = Math.Max(payloadLength, NetTraceLimits.MaxGrownPayloadSize);
        var size = payloadLength;
        foreach (ref readonly var value in _values.AsSpan(0, Count))
        {
            if (value.IsResized) size += EncodedSize(value) - value.Length;
        }
        return size <= limit ? size : MeasureCut(payloadLength, limit);
    }

    private int MeasureCut(int payloadLength, int limit)
    {
        var size = payloadLength;
        foreach (ref readonly var value in _values.AsSpan(0, Count)) size -= value.IsResized ? value.Length : 0;
        foreach (ref var value in _values.AsSpan(0, Count))
        {
            if (!value.IsResized) continue;
            var room = limit - size;
            if (EncodedSize(value) > room) Cut(ref value, room / (value.IsUtf8 ? 3 : sizeof(char)));
            size += EncodedSize(value);
        }
        return size;
    }

    /// <summary>Writes the edited payload; <paramref name="destination"/> is as long as <see cref="Measure"/> said.</summary>
    public void Write(ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        var read = 0;
        var written = 0;
        foreach (ref readonly var value in _values.AsSpan(0, Count))
        {
            if (!value.IsReplaced) continue;
            var between = payload[read..value.Start];
            between.CopyTo(destination[written..]);
            written += between.Length;
            written += WriteValue(value, destination, written);
            read = value.Start + value.Length;
        }
        payload[read..].CopyTo(destination[written..]);
        foreach (ref readonly var located in Locations.Noted)
            located.Mend(destination, GrowthBefore(located.WordAt), GrowthBefore(payload.Length));
    }

    private int GrowthBefore(int position)
    {
        var growth = 0;
        foreach (ref var value in _values.AsSpan(0, Count))
        {
            if (value.IsResized && value.Start < position) growth += EncodedSize(value) - value.Length;
        }
        return growth;
    }

    private int WriteValue(in FieldValue value, Span<byte> destination, int at)
    {
        var room = destination[at..];
        if (!value.IsResized)
        {
            WriteInPlace(value, room[..value.Length]);
            return value.Length;
        }
        var text = _chars.AsSpan(value.TextStart, value.TextLength);
        var size = value.IsUtf8 ? Encoding.UTF8.GetBytes(text, room) : CopyUnits(text, room);
        if (value.HasCount)
            BinaryPrimitives.WriteUInt16LittleEndian(destination[(at - sizeof(ushort))..], (ushort)(value.IsUtf8 ? size : text.Length));
        return size;
    }

    private void WriteInPlace(in FieldValue value, Span<byte> place)
    {
        place.Clear();
        if (!value.IsFixedText) return;
        var text = _chars.AsSpan(value.TextStart, value.TextLength);
        if (value.IsUtf8) Utf8.FromUtf16(text, place, out _, out _);
        else CopyUnits(text[..Math.Min(text.Length, WholeCharacters(text, place.Length / sizeof(char)))], place);
    }

    private static int CopyUnits(ReadOnlySpan<char> text, Span<byte> destination)
    {
        MemoryMarshal.AsBytes(text).CopyTo(destination);
        return text.Length * sizeof(char);
    }

    private int EncodedSize(in FieldValue value)
    {
        return value.IsUtf8 ? Encoding.UTF8.GetByteCount(_chars.AsSpan(value.TextStart, value.TextLength)) : value.TextLength * sizeof(char);
    }

    private void Decode(ref FieldValue value, ReadOnlySpan<byte> bytes)
    {
        EnsureRoom(bytes.Length);
        value.DecodedStart = _charCount;
        value.DecodedLength = Encoding.UTF8.GetChars(bytes, _chars.AsSpan(_charCount));
        value.IsDecoded = true;
        _charCount += value.DecodedLength;
    }

    private int Store(ReadOnlySpan<char> text, bool hasTerminator)
    {
        var room = MaxChars - NetTraceLimits.MaxPayloadSize - Math.Min(_charCount, MaxChars - NetTraceLimits.MaxPayloadSize);
        if (text.Length > room)
        {
            ReplacementsCut++;
            text = text[..WholeCharacters(text, room)];
        }
        EnsureRoom(text.Length);
        var stored = _chars.AsSpan(_charCount, text.Length);
        if (hasTerminator) text.Replace(stored, '\0', '\uFFFD');
        else text.CopyTo(stored);
        _charCount += text.Length;
        return text.Length;
    }

    private void EnsureRoom(int count)
    {
        if (_charCount + count > _chars.Length)
            Array.Resize(ref _chars, Math.Max(1024, Math.Max(_charCount + count, Math.Min(_chars.Length * 2, MaxChars))));
    }

    private void Cut(ref FieldValue value, int room)
    {
        ReplacementsCut++;
        value.TextLength = WholeCharacters(_chars.AsSpan(value.TextStart, value.TextLength), room);
    }

    /// <summary>As much of the text as fits, and one less where that would part a surrogate pair.</summary>
    private static int WholeCharacters(ReadOnlySpan<char> text, int room)
    {
        if (text.Length <= room) return text.Length;
        return room > 0 && char.IsHighSurrogate(text[room - 1]) ? room - 1 : Math.Max(room, 0);
    }

    private ref FieldValue At(int i) => ref _values.AsSpan(0, Count)[i];
}
