using System.Text.Json;

namespace DebugRelay.Fleet;

/// <summary>A ledger's signed head on the bus.</summary>
/// <param name="Note">The exact bytes of `checkpoint`.</param>
/// <param name="Key">The key that signs, PEM: the ledger's entries say its SHA-256.</param>
public sealed record SentHead(byte[] Note, string Key)
{
    /// <summary>As it is stored.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, FleetJson.Default.SentHead);

    /// <summary>Reads one.</summary>
    /// <returns>Null where it is none.</returns>
    public static SentHead? Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > FleetLimits.RecordBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(utf8, FleetJson.Default.SentHead);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
