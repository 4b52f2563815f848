using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;

namespace DebugRelay.Recording;

/// <summary>
/// Writes HTML so that text can be nothing but text: the names of elements and attributes are ours, every value is encoded here, and
/// characters that would turn or hide the text around them are replaced.
/// </summary>
internal sealed class HtmlWriter
{
    private readonly StringBuilder _html = new();
    private readonly Stack<string> _open = new();

    /// <summary>Opens an element; attributes come as name, value, name, value. A null value leaves its attribute out.</summary>
    public HtmlWriter Open(string element, params ReadOnlySpan<string?> attributes)
    {
        Tag(element, attributes);
        _open.Push(element);
        return this;
    }

    public HtmlWriter Close()
    {
        _html.Append("</").Append(_open.Pop()).Append('>');
        if (_open.Count < 5)
            _html.Append('\n');
        return this;
    }

    /// <summary>An element that has no end: meta, rect.</summary>
    public HtmlWriter Void(string element, params ReadOnlySpan<string?> attributes)
    {
        Tag(element, attributes);
        return this;
    }

    public HtmlWriter Text(string? text)
    {
        _html.Append(Encode(text ?? ""));
        return this;
    }

    /// <summary>An element that holds text alone.</summary>
    public HtmlWriter Element(string element, string? text, params ReadOnlySpan<string?> attributes) => Open(element, attributes).Text(text).Close();

    /// <summary>Text of our own program that is no text to read: the doctype, the style sheet.</summary>
    public HtmlWriter Raw(string ours)
    {
        _html.Append(ours);
        return this;
    }

    public override string ToString() => _html.ToString();

    /// <summary>Text as it may stand between tags and in quotes: control characters and those that change the direction of text become `·`.</summary>
    internal static string Encode(string text)
    {
        var plain = text.Any(IsTreacherous) ? string.Concat(text.Select(c => IsTreacherous(c) ? '·' : c)) : text;
        return HtmlEncoder.Default.Encode(plain);
    }

    private static bool IsTreacherous(char c) => char.GetUnicodeCategory(c) is UnicodeCategory.Control or UnicodeCategory.Format
        or UnicodeCategory.LineSeparator or UnicodeCategory.ParagraphSeparator or UnicodeCategory.PrivateUse;

    private void Tag(string element, ReadOnlySpan<string?> attributes)
    {
        _html.Append('<').Append(element);
        for (var i = 0; i < attributes.Length; i += 2)
        {
            if (attributes[i + 1] is { } value)
                _html.Append(' ').Append(attributes[i]).Append("=\"").Append(Encode(value)).Append('"');
        }

        _html.Append('>');
    }
}
