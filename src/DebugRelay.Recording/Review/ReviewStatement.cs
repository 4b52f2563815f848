using System.Text.Json;
using System.Text.Json.Serialization;

namespace DebugRelay.Recording;

/// <summary>What a reviewer signs, <c>review.json</c>: which recording, how far it goes, what he found.</summary>
/// <param name="Version">1.</param>
/// <param name="Purpose"><see cref="RecordingReview"/>: what the bytes are for, inside the bytes.</param>
/// <param name="Session">The session.</param>
/// <param name="Host">The host.</param>
/// <param name="Segments">How many segments are sealed.</param>
/// <param name="Head">SHA-256 of the last checkpoint, in hex: through it the review covers every byte of the recording.</param>
/// <param name="Verdict">The verdict, as `recording verify` printed it to the reviewer.</param>
/// <param name="Time">The reviewer's clock.</param>
/// <param name="Comment">His words.</param>
public sealed record ReviewStatement(int Version, string Purpose, string Session, string Host, int Segments, string Head, string Verdict, DateTimeOffset Time, string? Comment = null)
{
    /// <summary>The purpose that every review states.</summary>
    public const string RecordingReview = "debugrelay recording review";

    /// <summary>The bytes to sign.</summary>
    /// <returns>One JSON object in UTF-8, on one line.</returns>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, ReviewJson.Default.ReviewStatement);

    /// <summary>Reads a review.</summary>
    /// <param name="utf8">The bytes of <c>review.json</c>.</param>
    /// <returns>The review; null where the bytes are none, or of another version.</returns>
    public static ReviewStatement? Parse(ReadOnlySpan<byte> utf8)
    {
        try
        {
            return utf8.StartsWith("{"u8) && JsonSerializer.Deserialize(utf8, ReviewJson.Default.ReviewStatement) is { Version: 1, Purpose: RecordingReview } review ? review : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow, AllowDuplicateProperties = false,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true)]
[JsonSerializable(typeof(ReviewStatement))]
internal sealed partial class ReviewJson : JsonSerializerContext;
