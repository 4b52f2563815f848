using System.Buffers;
using System.Text;
using System.Text.Json;
using DebugRelay.Audit.Scanning;
using DebugRelay.Surfaces.Findings;

namespace DebugRelay.Audit.Formats;

/// <summary>A JSON file as .NET's configuration sees it: each value under its path, `Logging:LogLevel:Default`.</summary>
internal static class JsonKeys
{
    /// <summary>All values that are no objects and arrays, with their lines. Comments and trailing commas are allowed.</summary>
    /// <returns>Null, and the file is reported, where it is no JSON.</returns>
    public static IReadOnlyList<Setting>? Read(FileScan scan)
    {
        byte[] bytes = Encoding.UTF8.GetBytes(scan.Text.TrimStart('\uFEFF'));
        try
        {
            return Read(bytes, scan.Source.Path);
        }
        catch (JsonException e)
        {
            scan.Unreadable($"is no JSON ({e.Message.Split('.')[0]})", (int)(e.LineNumber ?? 0) + 1);
            return null;
        }
    }

    private static List<Setting> Read(byte[] bytes, string file)
    {
        var reader = new Utf8JsonReader(bytes, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = Limits.Depth });
        var settings = new List<Setting>();
        var path = new Stack<(string Prefix, int Index)>();
        var lines = new LineCounter(bytes);
        string name = "";
        while (reader.Read())
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.PropertyName:
                    name = Join(path, reader.GetString()!);
                    break;
                case JsonTokenType.StartObject:
                    path.Push((Enter(path, name), -1));
                    break;
                case JsonTokenType.StartArray:
                    path.Push((Enter(path, name), 0));
                    break;
                case JsonTokenType.EndObject or JsonTokenType.EndArray:
                    path.Pop();
                    Next(path);
                    break;
                default:
                    string value = reader.TokenType == JsonTokenType.String ? reader.GetString()! : Encoding.UTF8.GetString(reader.HasValueSequence ? reader.ValueSequence.ToArray() : reader.ValueSpan);
                    settings.Add(new Setting(Enter(path, name), value, new Place(file, lines.LineOf(reader.TokenStartIndex))));
                    Next(path);
                    break;
            }
        }
        return settings;
    }

    private static string Enter(Stack<(string Prefix, int Index)> path, string name)
        => path.TryPeek(out (string Prefix, int Index) top) && top.Index >= 0 ? Join(path, top.Index.ToString(System.Globalization.CultureInfo.InvariantCulture)) : name;

    private static void Next(Stack<(string Prefix, int Index)> path)
    {
        if (path.TryPeek(out (string Prefix, int Index) top) && top.Index >= 0)
        {
            path.Pop();
            path.Push((top.Prefix, top.Index + 1));
        }
    }

    private static string Join(Stack<(string Prefix, int Index)> path, string name)
        => path.TryPeek(out (string Prefix, int Index) top) && top.Prefix.Length > 0 ? $"{top.Prefix}:{name}" : name;

    private sealed class LineCounter(byte[] bytes)
    {
        private long _at;
        private int _line = 1;

        public int LineOf(long offset)
        {
            for (; _at < offset; _at++)
            {
                if (bytes[_at] == (byte)'\n')
                    _line++;
            }
            return _line;
        }
    }
}
