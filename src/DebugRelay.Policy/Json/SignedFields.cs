using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace DebugRelay.Policy.Json;

/// <summary>What all signed documents have in common.</summary>
internal static class SignedFields
{
    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    // Nothing here ever lies in HTML; unescaped, the documents can be read by eye.
    private static readonly JsonWriterOptions Readable = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Write(Action<Utf8JsonWriter> writeMembers)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, Readable))
        {
            writer.WriteStartObject();
            writeMembers(writer);
            writer.WriteEndObject();
        }
        return buffer.WrittenSpan.ToArray();
    }

    public static void WriteHeader(Utf8JsonWriter writer, int version, string purpose)
    {
        writer.WriteNumber("version", version);
        writer.WriteString("purpose", purpose);
    }

    public static void WriteOptional(Utf8JsonWriter writer, string name, string? value)
    {
        if (value is not null) writer.WriteString(name, value);
    }

    public static void WriteTime(Utf8JsonWriter writer, string name, DateTimeOffset time) =>
        writer.WriteString(name, time.UtcDateTime.ToString(TimeFormat, CultureInfo.InvariantCulture));

    public static DateTimeOffset ReadTime(StrictValue value)
    {
        string text = value.AsText(Limits.NameCharacters);
        return DateTimeOffset.TryParseExact(text, TimeFormat, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out DateTimeOffset time)
            ? time
            : throw value.Error("is no time such as 2026-01-31T12:00:00Z");
    }

    /// <summary>SHA-256 in lower-case hexadecimal: one spelling of one digest.</summary>
    public static string ReadSha256(StrictValue value)
    {
        string text = value.AsText(Limits.NameCharacters);
        return text.Length == 64 && text.All(c => char.IsAsciiDigit(c) || c is >= 'a' and <= 'f')
            ? text
            : throw value.Error("is no SHA-256 of 64 hexadecimal digits in lower case");
    }

    public static void ReadHeader(ObjectReader reader, int version, string purpose)
    {
        reader.Required("version").AsInteger(version, version);
        StrictValue found = reader.Required("purpose");
        if (found.AsText(Limits.NameCharacters) != purpose) throw found.Error($"must be \"{purpose}\"");
    }

    public static string ReadSession(ObjectReader reader) => ReadId(reader.Required("session"));

    /// <summary>A session's or a grant's id.</summary>
    public static string ReadId(StrictValue value)
    {
        string id = value.AsText(Limits.SessionCharacters);
        return id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? id
            : throw value.Error("has other characters than letters, digits, '-' and '_'");
    }
}
