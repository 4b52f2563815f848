namespace DebugRelay.NetTrace;

/// <summary>The visited values of one event. A field inside an array appears once for each element.</summary>
public readonly ref struct EventFields
{
    private readonly EventEditor _editor;
    private readonly ReadOnlySpan<byte> _payload;

    internal EventFields(EventEditor editor, ReadOnlySpan<byte> payload)
    {
        _editor = editor;
        _payload = payload;
    }

    /// <summary>How many values there are.</summary>
    public int Count => _editor.Count;

    /// <summary>The field that value <paramref name="i"/> belongs to.</summary>
    public EventField this[int i] => _editor.Field(i);

    /// <summary>Which of <see cref="EventType.Fields"/> value <paramref name="i"/> belongs to.</summary>
    public int FieldIndex(int i) => _editor.FieldIndex(i);

    /// <summary>The text of value <paramref name="i"/> as it came, without terminator; empty where the value is not text.</summary>
    public ReadOnlySpan<char> Text(int i) => _editor.Text(i, _payload);

    /// <summary>
    /// The bytes of value <paramref name="i"/> as they came: of an array its elements, of text its encoded form without terminator.
    /// </summary>
    public ReadOnlySpan<byte> Bytes(int i) => _editor.Bytes(i, _payload);

    /// <summary>
    /// Gives value <paramref name="i"/> another text; the last call wins. It is cut where the event would grow past 65,000 bytes, and U+0000 becomes
    /// U+FFFD where it would end a string early. A value that is not text is blanked.
    /// </summary>
    public void Replace(int i, ReadOnlySpan<char> text) => _editor.Replace(i, text);

    /// <summary>Empties a text; zeroes bytes and fixed values.</summary>
    public void Blank(int i) => _editor.Blank(i);
}
