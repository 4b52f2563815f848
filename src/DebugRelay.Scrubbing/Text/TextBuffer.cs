using System.Buffers;

namespace DebugRelay.Scrubbing.Text;

/// <summary>Text being written; reused from text to text.</summary>
internal sealed class TextBuffer : IBufferWriter<char>
{
    private char[] _text = new char[1_024];
    private int _length;

    public ReadOnlySpan<char> Written => _text.AsSpan(0, _length);

    public void Clear() => _length = 0;

    public void Write(ReadOnlySpan<char> text)
    {
        text.CopyTo(GetSpan(text.Length));
        _length += text.Length;
    }

    public void Advance(int count) => _length += count;

    public Memory<char> GetMemory(int sizeHint = 0)
    {
        GetSpan(sizeHint);
        return _text.AsMemory(_length);
    }

    public Span<char> GetSpan(int sizeHint = 0)
    {
        if (_text.Length - _length < sizeHint)
        {
            Array.Resize(ref _text, Math.Max(_text.Length * 2, _length + sizeHint));
        }

        return _text.AsSpan(_length);
    }
}
