using System.Buffers;
using System.Text.Encodings.Web;
using System.Text.Json;
using DebugRelay.Policy.Json;

namespace DebugRelay.Policy.Proofs;

/// <summary>What all signed documents have in common.</summary>
internal static class SignedFields
{
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

    public static void ReadHeader(ObjectReader reader, int version, string purpose)
    {
        reader.Required("version").AsInteger(version, version);
        StrictValue found = reader.Required("purpose");
        if (found.AsText(Limits.NameCharacters) != purpose) throw found.Error($"must be \"{purpose}\"");
    }

    public static string ReadSession(ObjectReader reader)
    {
        StrictValue value = reader.Required("session");
        string session = value.AsText(Limits.SessionCharacters);
        return session.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_')
            ? session
            : throw value.Error("has other characters than letters, digits, '-' and '_'");
    }
}
