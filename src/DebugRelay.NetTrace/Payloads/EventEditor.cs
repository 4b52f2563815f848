using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace DebugRelay.NetTrace;

/// <summary>The visited values of one event and what they are replaced by. Reused for every event of a stream, so that visiting allocates nothing.</summary>
internal sealed class EventEditor
{
    /// <summary>Characters of replacements that are kept for one event: more than a payload can hold.</summary>
    private const int MaxReplacedChars = 65_536;

    private Value[] _values = new Value[64];
    private char[] _text = [];
    private int _textLength;
    private EventField[] _fields = [];

    /// <summary>How many values the event has.</summary>
    public int Count { get; private set; }

    /// <summary>Whether any value is to be replaced or blanked.</summary>
    public bool IsEdited { get; private set; }

    /// <summary>How many replacements were cut since the stream began.</summary>
    public long ReplacementsCut { get; private set; }

    /// <summary>Forgets the event before.</summary>
    public void Begin(EventField[] fields)
    {
        _fields = fields;
        Count = 0;
        _textLength = 0;
        IsEdited = false;
    }

    /// <summary>Adds a value; false where the event has too many.</summary>
    public bool TryAdd(LayoutOp form, int field, int start, int length)
    {
        if (Count == _values.Length)
        {
            if (Count >= NetTraceLimits.MaxValues) return false;
            Array.Resize(ref _values, Count * 2);
        }
        _values[Count++] = new Value { Form = form, Field = field, Start = start, Length = length };
        return true;
    }

    public EventField Field(int i) => _fields[At(i).Field];

    public ReadOnlySpan<byte> Bytes(int i, ReadOnlySpan<byte> payload) => payload.Slice(At(i).Start, At(i).Length);

    public ReadOnlySpan<char> Text(int i, ReadOnlySpan<byte> payload)
        => At(i).IsText ? MemoryMarshal.Cast<byte, char>(payload.Slice(At(i).Start, At(i).Length)) : default;

    public void Replace(int i, ReadOnlySpan<char> text)
    {
        ref var value = ref At(i);
        IsEdited = true;
        value.IsReplaced = true;
        value.TextStart = _textLength;
        value.TextLength = value.IsText ? Store(text) : 0;
    }

    public void Blank(int i) => Replace(i, []);

    /// <summary>Bytes that the edited payload takes. Cuts replacements so that they are no more than readers can hold.</summary>
    public int Measure(int payloadLength)
    {
        var size = payloadLength;
        foreach (ref var value in _values.AsSpan(0, Count)) size -= value.IsResized ? value.Length : 0;
        foreach (ref var value in _values.AsSpan(0, Count))
        {
            if (!value.IsResized) continue;
            var room = (NetTraceLimits.MaxPayloadSize - size) / sizeof(char);
            if (value.TextLength > room) Cut(ref value, room);
            size += value.TextLength * sizeof(char);
        }
        return size;
    }

    /// <summary>Writes the edited payload; <paramref name="destination"/> is as long as <see cref="Measure"/> said.</summary>
    public void Write(ReadOnlySpan<byte> payload, Span<byte> destination)
    {
        var read = 0;
        foreach (ref var value in _values.AsSpan(0, Count))
        {
            if (!value.IsReplaced) continue;
            var between = payload[read..value.Start];
            between.CopyTo(destination);
            destination = WriteValue(ref value, destination, between.Length);
            read = value.Start + value.Length;
        }
        payload[read..].CopyTo(destination);
    }

    private Span<byte> WriteValue(ref Value value, Span<byte> destination, int start)
    {
        var rest = destination[start..];
        if (!value.IsText)
        {
            rest[..value.Length].Clear();
            return rest[value.Length..];
        }
        var text = _text.AsSpan(value.TextStart, value.TextLength);
        if (value.Form == LayoutOp.Text) text.Replace('\0', '\uFFFD');
        else BinaryPrimitives.WriteUInt16LittleEndian(destination[(start - sizeof(ushort))..], (ushort)text.Length);
        MemoryMarshal.AsBytes(text).CopyTo(rest);
        return rest[(text.Length * sizeof(char))..];
    }

    private int Store(ReadOnlySpan<char> text)
    {
        var room = MaxReplacedChars - _textLength;
        if (text.Length > room)
        {
            ReplacementsCut++;
            text = text[..WholeCharacters(text, room)];
        }
        if (_textLength + text.Length > _text.Length) Array.Resize(ref _text, Math.Min(MaxReplacedChars, Math.Max(1024, (_textLength + text.Length) * 2)));
        text.CopyTo(_text.AsSpan(_textLength));
        _textLength += text.Length;
        return text.Length;
    }

    private void Cut(ref Value value, int room)
    {
        ReplacementsCut++;
        value.TextLength = WholeCharacters(_text.AsSpan(value.TextStart, value.TextLength), room);
    }

    /// <summary>At most <paramref name="room"/>, and one less where that would part a surrogate pair.</summary>
    private static int WholeCharacters(ReadOnlySpan<char> text, int room) => room > 0 && char.IsHighSurrogate(text[room - 1]) ? room - 1 : room;

    private ref Value At(int i) => ref _values.AsSpan(0, Count)[i];

    private struct Value
    {
        public LayoutOp Form;
        public bool IsReplaced;
        public int Field;
        public int Start;
        public int Length;
        public int TextStart;
        public int TextLength;

        public readonly bool IsText => Form is LayoutOp.Text or LayoutOp.Chars;

        public readonly bool IsResized => IsReplaced && IsText;
    }
}
