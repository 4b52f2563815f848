using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DebugRelay.Policy.Json;

/// <summary>
/// Reads a whole JSON document, closed by default: bounded in size and depth, duplicate keys refused, nothing after the end.
/// The readers of single documents refuse unknown keys in turn.
/// </summary>
internal static class StrictJson
{
    private const int ShownKeyCharacters = 64;

    /// <summary>For files that people write: comments and trailing commas are welcome.</summary>
    public static StrictValue ParseFile(ReadOnlySpan<byte> utf8, int maximumBytes) =>
        Parse(utf8, maximumBytes, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = Limits.JsonDepth,
        });

    /// <summary>
    /// For bytes that are signed. They begin with the brace, so that no signature over them can be one over something else
    /// (TLS 1.3 signs 64 spaces first).
    /// </summary>
    public static StrictValue ParseSigned(ReadOnlySpan<byte> utf8, int maximumBytes)
    {
        if (utf8.IsEmpty || utf8[0] != (byte)'{') throw new DocumentException("document", 1, "must begin with {");
        return Parse(utf8, maximumBytes, new JsonReaderOptions { MaxDepth = Limits.JsonDepth });
    }

    private static StrictValue Parse(ReadOnlySpan<byte> utf8, int maximumBytes, JsonReaderOptions options)
    {
        if (utf8.Length > maximumBytes) throw new DocumentException("document", 1, $"is larger than {maximumBytes} bytes");
        if (utf8.StartsWith(Encoding.UTF8.Preamble)) throw new DocumentException("document", 1, "begins with a byte order mark");
        var reader = new Utf8JsonReader(utf8, options);
        var lines = new LineCounter(utf8);
        try
        {
            reader.Read();
            StrictValue document = ReadValue(ref reader, ref lines, "document");
            reader.Read();
            return document;
        }
        catch (JsonException error)
        {
            throw new DocumentException("document", (int)(error.LineNumber ?? 0) + 1, "is not well-formed JSON");
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader's word for text that is no Unicode: broken UTF-8, lone surrogates.
            throw new DocumentException("document", lines.At(reader.TokenStartIndex), "has text that is not valid Unicode");
        }
    }

    private static StrictValue ReadValue(ref Utf8JsonReader reader, ref LineCounter lines, string path)
    {
        int line = lines.At(reader.TokenStartIndex);
        return reader.TokenType switch
        {
            JsonTokenType.StartObject => ReadObject(ref reader, ref lines, path, line),
            JsonTokenType.StartArray => ReadArray(ref reader, ref lines, path, line),
            JsonTokenType.String => new StrictValue(JsonValueKind.String, path, line) { Text = reader.GetString()! },
            JsonTokenType.Number => new StrictValue(JsonValueKind.Number, path, line) { Text = Encoding.ASCII.GetString(reader.ValueSpan) },
            JsonTokenType.True => new StrictValue(JsonValueKind.True, path, line),
            JsonTokenType.False => new StrictValue(JsonValueKind.False, path, line),
            _ => new StrictValue(JsonValueKind.Null, path, line),
        };
    }

    private static StrictValue ReadObject(ref Utf8JsonReader reader, ref LineCounter lines, string path, int line)
    {
        var members = new List<KeyValuePair<string, StrictValue>>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string name = reader.GetString()!;
            string memberPath = path == "document" ? Shown(name) : $"{path}.{Shown(name)}";
            if (!names.Add(name)) throw new DocumentException(memberPath, lines.At(reader.TokenStartIndex), "appears twice");
            reader.Read();
            members.Add(new(name, ReadValue(ref reader, ref lines, memberPath)));
        }
        return new StrictValue(JsonValueKind.Object, path, line) { Members = members };
    }

    private static StrictValue ReadArray(ref Utf8JsonReader reader, ref LineCounter lines, string path, int line)
    {
        var items = new List<StrictValue>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(ReadValue(ref reader, ref lines, $"{path}[{items.Count}]"));
        }
        return new StrictValue(JsonValueKind.Array, path, line) { Items = items };
    }

    /// <summary>A key as it may appear in a message and on a terminal.</summary>
    private static string Shown(string key)
    {
        var shown = new StringBuilder();
        foreach (char c in key.AsSpan(0, Math.Min(key.Length, ShownKeyCharacters)))
        {
            if (c is >= ' ' and <= '~') shown.Append(c);
            else shown.Append(CultureInfo.InvariantCulture, $"\\u{(int)c:x4}");
        }
        return key.Length > ShownKeyCharacters ? shown.Append('…').ToString() : shown.ToString();
    }

    /// <summary>Turns rising offsets into line numbers without reading the text twice.</summary>
    private ref struct LineCounter(ReadOnlySpan<byte> text)
    {
        private readonly ReadOnlySpan<byte> _text = text;
        private int _offset;
        private int _line = 1;

        public int At(long offset)
        {
            if (offset <= _offset) return _line;
            int end = (int)Math.Min(offset, _text.Length);
            _line += _text[_offset..end].Count((byte)'\n');
            _offset = end;
            return _line;
        }
    }
}
