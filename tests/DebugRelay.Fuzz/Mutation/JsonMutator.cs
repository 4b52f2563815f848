using System.Text;
using System.Text.Json;

namespace DebugRelay.Fuzz;

/// <summary>
/// Damages JSON by its values and members: leaves out, doubles, exchanges them for those of other documents and for odd ones, nests and repeats; and now and then by
/// its bytes. Comments stay where they are.
/// </summary>
internal sealed class JsonMutator
{
    private const int MaxSize = 1024 * 1024;
    private const int MostEdits = 3;
    private const int MostRepeats = 300;

    private static readonly byte[][] Odd =
    [
        .. new[]
        {
            "null", "true", "false", "0", "1", "-1", "1e3", "1.0", "-0", "255", "65536", "2147483647", "2147483648", "9007199254740992", "9223372036854775807",
            "9223372036854775808", "18446744073709551615", "18446744073709551616", "1e400", "0.1", "\"\"", "\" \"", "\"*\"", "\"**\"", "\"?\"", "\"/\"", "\"a/*/b\"", "\"\\u0000\"",
            "\"\\ud800\"", "\"\\udc00\\ud800\"", "\"a\\u0301\"", "\"\\u202e\"", "\"\\n\"", "\"\\t\"", "\"{\"", "\"-1\"", "\"0x\"", "\"0xffffffffffffffff\"", "\"0x10000000000000000\"",
            "\"24:00:00\"", "\"1:00:00:00\"", "\"99999999h\"", "\"30s\"", "\"2GiB\"", "\"99999999999TiB\"", "\"9999-12-31T23:59:59Z\"", "\"0001-01-01T00:00:00Z\"",
            "\"2026-01-31T12:00:00+14:00\"", "\"AA==\"", "\"A===\"", "\"(a+)+$\"", "\"(?<n>\"", "{}", "[]", "[null]", "[[]]", "[{}]", "[\"\"]", "{\"\":null}", "{\"a\":1,\"a\":2}", "[1,]", "// c\n1",
        }.Select(Encoding.UTF8.GetBytes),
        [0x22, 0xFF, 0x22], [0x22, 0xC0, 0x80, 0x22], [0x22, 0xED, 0xA0, 0x80, 0x22], [0x22, 0xF4, 0x90, 0x80, 0x80, 0x22], [0x22, 0xEF, 0xBF, 0xBF, 0x22],
    ];

    private readonly byte[] _buffer = new byte[MaxSize];
    private readonly Document[] _seeds;
    private readonly List<Span> _edits = [];
    private int _length;

    /// <param name="seeds">Documents that <see cref="JsonDocument"/> reads; comments and trailing commas are welcome.</param>
    public JsonMutator(IEnumerable<byte[]> seeds) => _seeds = [.. seeds.Select(Document.Of)];

    /// <summary>How many seeds there are.</summary>
    public int Count => _seeds.Length;

    /// <summary>A seed as it is.</summary>
    public byte[] Seed(int index) => _seeds[index].Text;

    /// <summary>A damaged seed, valid until the next call.</summary>
    public ReadOnlySpan<byte> Mutate(Random random, int seed)
    {
        var document = _seeds[seed];
        ChooseEdits(random, document);
        _length = 0;
        var at = 0;
        foreach (var edit in _edits)
        {
            if (edit.Start < at) continue;
            Append(document.Text.AsSpan(at..edit.Start));
            Edit(random, document, edit);
            at = edit.End;
        }
        Append(document.Text.AsSpan(at));
        for (var times = random.Next(4) == 0 ? random.Next(1, 4) : 0; times > 0 && _length + 4 < MaxSize; times--) _length = ByteDamage.Once(random, _buffer, 0, _length);
        if (random.Next(40) == 0) _length = random.Next(_length + 1);
        return _buffer.AsSpan(0, _length);
    }

    private void ChooseEdits(Random random, Document document)
    {
        _edits.Clear();
        for (var left = random.Next(MostEdits + 1); left > 0 && document.Spans.Length > 0; left--) _edits.Add(document.Spans[random.Next(document.Spans.Length)]);
        _edits.Sort((one, other) => one.Start != other.Start ? one.Start.CompareTo(other.Start) : other.End.CompareTo(one.End));
    }

    private void Edit(Random random, Document document, Span span)
    {
        var was = document.Text.AsSpan(span.Start, span.End - span.Start);
        switch (random.Next(8))
        {
            case 0:
                // Left out; the comma stays, which is now and then one too many.
                if (random.Next(2) == 0 && _length > 0 && _buffer[_length - 1] == ',') _length--;
                break;
            case 1:
                Repeat(random, was, random.Next(8) == 0 ? random.Next(MostRepeats) : 2);
                break;
            case 2 or 3:
                WriteName(document, span);
                Append(Odd[random.Next(Odd.Length)]);
                break;
            case 4:
                WriteName(document, span);
                var other = _seeds[random.Next(_seeds.Length)];
                var taken = other.Spans[random.Next(other.Spans.Length)];
                Append(other.Text.AsSpan(taken.ValueStart, taken.End - taken.ValueStart));
                break;
            case 5:
                WriteName(document, span);
                Nest(random, document.Text.AsSpan(span.ValueStart, span.End - span.ValueStart));
                break;
            case 6:
                EditText(random, document, span);
                break;
            default:
                // Under the name of another member, in front of what was there.
                var from = _seeds[random.Next(_seeds.Length)];
                var member = from.Spans[random.Next(from.Spans.Length)];
                if (member.ValueStart > member.Start == span.ValueStart > span.Start)
                {
                    Append(from.Text.AsSpan(member.Start, member.End - member.Start));
                    Append(","u8);
                }
                Append(was);
                break;
        }
    }

    private void WriteName(Document document, Span span) => Append(document.Text.AsSpan(span.Start, span.ValueStart - span.Start));

    private void Repeat(Random random, ReadOnlySpan<byte> what, int times)
    {
        for (var i = 0; i < times && _length + what.Length + 8 < MaxSize; i++)
        {
            if (i > 0) Append(","u8);
            Append(what);
            // Each time another one, so that what must differ does.
            if (random.Next(2) == 0 && what.Length > 2 && _buffer[_length - 2] is >= (byte)'0' and < (byte)'z') _buffer[_length - 2]++;
        }
    }

    private void Nest(Random random, ReadOnlySpan<byte> value)
    {
        var depth = random.Next(4) == 0 ? random.Next(1, 80) : 1;
        var isList = random.Next(2) == 0;
        for (var i = 0; i < depth; i++) Append(isList ? "["u8 : "{\"a\":"u8);
        Append(value);
        for (var i = 0; i < depth; i++) Append(isList ? "]"u8 : "}"u8);
    }

    /// <summary>A string gets other characters in it, or becomes long; anything else becomes a string.</summary>
    private void EditText(Random random, Document document, Span span)
    {
        WriteName(document, span);
        var value = document.Text.AsSpan(span.ValueStart, span.End - span.ValueStart);
        var content = value.Length >= 2 && value[0] == '"' ? value[1..^1] : "x"u8;
        var at = content.IndexOf((byte)'\\') >= 0 ? 0 : random.Next(content.Length + 1);
        Append("\""u8);
        Append(content[..at]);
        for (var times = random.Next(6) == 0 ? random.Next(3000) : 1; times > 0 && _length + 64 < MaxSize; times -= 10)
        {
            var odd = Odd[random.Next(Odd.Length)].AsSpan();
            Append(odd.Length > 1 && odd[0] == '"' ? odd[1..^1] : "A0/.*-_:@= "u8.Slice(random.Next(11), 1));
        }
        Append(content[at..]);
        Append("\""u8);
    }

    private void Append(ReadOnlySpan<byte> bytes)
    {
        var length = Math.Min(bytes.Length, MaxSize - _length);
        bytes[..length].CopyTo(_buffer.AsSpan(_length));
        _length += length;
    }

    /// <summary>A value of a document, with its name and colon in front where it is a member.</summary>
    private readonly record struct Span(int Start, int ValueStart, int End);

    private sealed record Document(byte[] Text, Span[] Spans)
    {
        public static Document Of(byte[] text)
        {
            var spans = new List<Span>();
            var reader = new Utf8JsonReader(text, new JsonReaderOptions { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true });
            reader.Read();
            Add(ref reader, (int)reader.TokenStartIndex, spans);
            return new Document(text, [.. spans]);
        }

        private static void Add(ref Utf8JsonReader reader, int start, List<Span> spans)
        {
            var valueStart = (int)reader.TokenStartIndex;
            var index = spans.Count;
            spans.Add(default);
            if (reader.TokenType == JsonTokenType.StartArray)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) Add(ref reader, (int)reader.TokenStartIndex, spans);
            }
            else if (reader.TokenType == JsonTokenType.StartObject)
            {
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var name = (int)reader.TokenStartIndex;
                    reader.Read();
                    Add(ref reader, name, spans);
                }
            }
            spans[index] = new Span(start, valueStart, (int)reader.BytesConsumed);
        }
    }
}
