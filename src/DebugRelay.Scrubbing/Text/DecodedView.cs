namespace DebugRelay.Scrubbing.Text;

/// <summary>A decoded form of a text, and for each of its characters the place in the text that it came from. Reused from text to text.</summary>
internal sealed class DecodedView
{
    private char[] _text = [];
    private int[] _offsets = [0];
    private byte[] _bytes = [];
    private int _length;

    public ReadOnlySpan<char> Text => _text.AsSpan(0, _length);

    /// <summary>One more than there are characters: the last is the end of the source.</summary>
    public ReadOnlySpan<int> Offsets => _offsets.AsSpan(0, _length + 1);

    /// <summary>Empties the view and makes room for this many characters.</summary>
    public void Start(int capacity)
    {
        _length = 0;
        if (_text.Length < capacity)
        {
            _text = new char[capacity];
            _offsets = new int[capacity + 1];
        }
    }

    public void Add(char c, int offset)
    {
        _text[_length] = c;
        _offsets[_length++] = offset;
    }

    /// <summary>Copies a stretch that stands for itself.</summary>
    public void Add(ReadOnlySpan<char> text, int offset)
    {
        text.CopyTo(_text.AsSpan(_length));
        for (var i = 0; i < text.Length; i++)
        {
            _offsets[_length + i] = offset + i;
        }

        _length += text.Length;
    }

    public void End(int sourceLength) => _offsets[_length] = sourceLength;

    public Span<byte> Bytes(int capacity)
    {
        if (_bytes.Length < capacity)
        {
            _bytes = new byte[capacity];
        }

        return _bytes.AsSpan(0, capacity);
    }
}
