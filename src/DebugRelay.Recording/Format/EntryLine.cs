using System.Buffers;
using System.Globalization;
using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>One line of a segment: <c>{"n":12,"time":"…","kind":"…","body":{…}}</c>.</summary>
internal static class EntryLine
{
    /// <summary>Writes the line, its end included. The body's raw line breaks, which JSON allows between tokens only, become spaces.</summary>
    /// <exception cref="ArgumentException">The body is not one JSON object, is too long, or the kind is no name.</exception>
    public static byte[] Format(long counter, DateTimeOffset time, string kind, ReadOnlySpan<byte> body)
    {
        var line = new ArrayBufferWriter<byte>(body.Length + 128);
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteNumber("n"u8, counter);
            writer.WriteString("time"u8, time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            writer.WriteString("kind"u8, kind);
            writer.WritePropertyName("body"u8);
            writer.WriteRawValue(body, skipInputValidation: true);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        var bytes = line.WrittenSpan.ToArray();
        bytes.AsSpan(0, bytes.Length - 1).ReplaceAny(LineBreaks, (byte)' ');
        return bytes;
    }

    private static readonly SearchValues<byte> LineBreaks = SearchValues.Create("\r\n"u8);

    public static void Validate(string kind, ReadOnlySpan<byte> body)
    {
        ArgumentNullException.ThrowIfNull(kind);
        if (kind.Length > Limits.MaxKind || !Names.IsValid(kind))
            throw new ArgumentException("An entry's kind may hold letters, digits, '.', '_' and '-' only.", nameof(kind));
        if (body.Length > Limits.MaxEntryBody)
            throw new ArgumentException($"An entry's body may have {Limits.MaxEntryBody} bytes; this one has {body.Length}.", nameof(body));
        if (!IsObject(body))
            throw new ArgumentException("An entry's body must be one JSON object.", nameof(body));
    }

    private static bool IsObject(ReadOnlySpan<byte> body)
    {
        try
        {
            var reader = new Utf8JsonReader(body);
            if (!reader.Read() || reader.TokenType != JsonTokenType.StartObject)
                return false;
            reader.Skip();
            return !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }
}
