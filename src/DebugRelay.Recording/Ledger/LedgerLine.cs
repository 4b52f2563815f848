using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace DebugRelay.Recording;

/// <summary>One line of a ledger: <c>{"n":12,"previous":"…","time":"…","kind":"…","session":"…","body":{…}}</c>.</summary>
internal static class LedgerLine
{
    /// <summary>Writes the line, its end included.</summary>
    /// <param name="counter">Its place, from 0.</param>
    /// <param name="previous">SHA-256 of the line before, its end included, in hex; "none" in the first.</param>
    /// <param name="time">The host's clock.</param>
    /// <param name="kind">What it tells of.</param>
    /// <param name="session">The session that it is about, or null.</param>
    /// <param name="body">One JSON object without line breaks.</param>
    public static byte[] Format(long counter, string previous, DateTimeOffset time, string kind, string? session, ReadOnlySpan<byte> body)
    {
        var line = new ArrayBufferWriter<byte>(body.Length + 256);
        using (var writer = new Utf8JsonWriter(line))
        {
            writer.WriteStartObject();
            writer.WriteNumber("n"u8, counter);
            writer.WriteString("previous"u8, previous);
            writer.WriteString("time"u8, time.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
            writer.WriteString("kind"u8, kind);
            if (session is not null)
                writer.WriteString("session"u8, session);
            writer.WritePropertyName("body"u8);
            writer.WriteRawValue(body);
            writer.WriteEndObject();
        }

        line.Write("\n"u8);
        return line.WrittenSpan.ToArray();
    }

    /// <summary>Whether a line is the one that is due: right place, right line before it.</summary>
    public static bool Continues(ReadOnlySpan<byte> line, long counter, string previous) =>
        line.StartsWith(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{{\"n\":{counter},\"previous\":\"{previous}\",")));

    /// <summary>Reads a line, without its end; null if it is none.</summary>
    public static LedgerEntry? Parse(ReadOnlyMemory<byte> line, long offset)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            var root = json.RootElement;
            var session = root.TryGetProperty("session"u8, out var value) ? value.GetString() : null;
            return new LedgerEntry(
                root.GetProperty("n"u8).GetInt64(), root.GetProperty("time"u8).GetDateTimeOffset(), root.GetProperty("kind"u8).GetString() ?? "", session,
                root.GetProperty("body"u8).Clone(), offset, offset + line.Length + 1);
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }
}

/// <summary>One entry of a ledger.</summary>
/// <param name="Counter">Its place, from 0.</param>
/// <param name="Time">The host's clock when it was written.</param>
/// <param name="Kind">What it tells of: one of <see cref="LedgerKinds"/>.</param>
/// <param name="Session">The session that it is about; null where it is about none.</param>
/// <param name="Body">Its JSON object: the record of <c>LedgerBodies.cs</c> that belongs to the kind.</param>
/// <param name="Offset">Where its line begins in the file, in bytes.</param>
/// <param name="NextOffset">Where the next one begins: a reader's cursor.</param>
public sealed record LedgerEntry(long Counter, DateTimeOffset Time, string Kind, string? Session, JsonElement Body, long Offset, long NextOffset);
