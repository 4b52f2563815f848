using System.Globalization;

namespace DebugRelay.NetTrace;

/// <summary>
/// Reads the short notation in which known layouts are written. Words, parted by blanks, in payload order: a number is that many bytes of numbers;
/// <c>p</c> a pointer; <c>s:Name</c> a UTF-16 string with terminator, <c>a:Name</c> one of UTF-8 or ASCII; <c>c2</c> or <c>c4</c> a count of that
/// many bytes; <c>[…]</c> or
/// <c>Name[…]</c> what is repeated as often as the last count said.
/// </summary>
internal ref struct LayoutNotation
{
    private readonly int _pointerSize;
    private readonly List<EventField> _fields;
    private ReadOnlySpan<char> _rest;

    private LayoutNotation(ReadOnlySpan<char> notation, int pointerSize)
    {
        _rest = notation;
        _pointerSize = pointerSize;
        _fields = [];
    }

    public static PayloadLayout Read(string notation, int pointerSize)
    {
        var reader = new LayoutNotation(notation, pointerSize);
        var nodes = reader.ReadNodes("");
        return new PayloadLayout(nodes, [.. reader._fields]);
    }

    private LayoutNode[] ReadNodes(string path)
    {
        var nodes = new List<LayoutNode>();
        while (true)
        {
            _rest = _rest.TrimStart(' ');
            if (_rest.IsEmpty) return [.. nodes];
            if (_rest[0] == ']')
            {
                _rest = _rest[1..];
                return [.. nodes];
            }
            nodes.Add(ReadNode(path));
        }
    }

    private LayoutNode ReadNode(string path)
    {
        var end = _rest.IndexOfAny(' ', '[', ']');
        var word = end < 0 ? _rest : _rest[..end];
        _rest = _rest[word.Length..];
        if (_rest is ['[', ..])
        {
            _rest = _rest[1..];
            return new LayoutNode(LayoutOp.Repeat, Children: ReadNodes($"{path}{word}[]."));
        }
        if (word is "p") return new LayoutNode(LayoutOp.Fixed, _pointerSize);
        if (word is "c2" or "c4") return new LayoutNode(LayoutOp.Count, word[1] - '0');
        if (char.IsAsciiDigit(word[0])) return new LayoutNode(LayoutOp.Fixed, int.Parse(word, CultureInfo.InvariantCulture));
        var name = word[2..].ToString();
        _fields.Add(new EventField(path + name, name, EventFieldKind.Text));
        return new LayoutNode(word[0] == 'a' ? LayoutOp.Text8 : LayoutOp.Text, Field: _fields.Count - 1);
    }
}
