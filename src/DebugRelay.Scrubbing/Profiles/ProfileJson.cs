using System.Text;
using System.Text.Json;

namespace DebugRelay.Scrubbing.Profiles;

/// <summary>Reads a profile's JSON whole and closed: bounded in size and depth, no key twice. Comments and trailing commas are welcome.</summary>
internal ref struct ProfileJson
{
    private readonly ReadOnlySpan<byte> _utf8;
    private Utf8JsonReader _reader;
    private int _offset;
    private int _line = 1;

    private ProfileJson(ReadOnlySpan<byte> utf8)
    {
        _utf8 = utf8;
        _reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip,
            AllowTrailingCommas = true,
            MaxDepth = Limits.ProfileDepth,
        });
    }

    /// <exception cref="ScrubProfileException">It is not such JSON.</exception>
    public static ProfileNode Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > Limits.ProfileBytes)
        {
            throw new ScrubProfileException($"profile: is larger than {Limits.ProfileBytes} bytes");
        }

        var json = new ProfileJson(utf8.StartsWith(Encoding.UTF8.Preamble) ? utf8[Encoding.UTF8.Preamble.Length..] : utf8);
        try
        {
            json._reader.Read();
            var document = json.Value("profile");
            json._reader.Read();
            return document;
        }
        catch (JsonException error)
        {
            throw new ScrubProfileException($"profile (line {(error.LineNumber ?? 0) + 1}): is not well-formed JSON");
        }
        catch (InvalidOperationException)
        {
            // The reader's word for text that is no Unicode: broken UTF-8, lone surrogates.
            throw new ScrubProfileException($"profile (line {json.Line()}): has text that is not valid Unicode");
        }
    }

    private ProfileNode Value(string path)
    {
        var line = Line();
        return _reader.TokenType switch
        {
            JsonTokenType.StartObject => Object(path, line),
            JsonTokenType.StartArray => Array(path, line),
            JsonTokenType.String => new ProfileNode(JsonValueKind.String, path, line) { Text = _reader.GetString()! },
            JsonTokenType.Number => new ProfileNode(JsonValueKind.Number, path, line) { Text = Encoding.ASCII.GetString(_reader.ValueSpan) },
            JsonTokenType.True => new ProfileNode(JsonValueKind.True, path, line),
            JsonTokenType.False => new ProfileNode(JsonValueKind.False, path, line),
            _ => new ProfileNode(JsonValueKind.Null, path, line),
        };
    }

    private ProfileNode Object(string path, int line)
    {
        var members = new List<KeyValuePair<string, ProfileNode>>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndObject)
        {
            var name = _reader.GetString()!;
            var memberPath = path == "profile" ? Shown(name) : $"{path}.{Shown(name)}";
            if (members.Exists(m => m.Key == name))
            {
                throw new ScrubProfileException($"{memberPath} (line {Line()}): appears twice");
            }

            _reader.Read();
            members.Add(new(name, Value(memberPath)));
        }

        return new ProfileNode(JsonValueKind.Object, path, line) { Members = members };
    }

    private ProfileNode Array(string path, int line)
    {
        var items = new List<ProfileNode>();
        while (_reader.Read() && _reader.TokenType != JsonTokenType.EndArray)
        {
            items.Add(Value($"{path}[{items.Count}]"));
        }

        return new ProfileNode(JsonValueKind.Array, path, line) { Items = items };
    }

    /// <summary>The line of the token that was read last. Offsets only rise, so the text is counted once.</summary>
    private int Line()
    {
        var at = (int)Math.Min(_reader.TokenStartIndex, _utf8.Length);
        if (at > _offset)
        {
            _line += _utf8[_offset..at].Count((byte)'\n');
            _offset = at;
        }

        return _line;
    }

    /// <summary>A key as it may appear on a terminal.</summary>
    private static string Shown(string key) =>
        string.Concat(key.Take(Limits.ProfileName).Select(c => char.IsControl(c) ? '?' : c)) + (key.Length > Limits.ProfileName ? "…" : "");
}
