using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace DebugRelay.Protocol.Sealing;

/// <summary>
/// The head of a sealed stream: <c>DRSEAL1\n</c>, unsigned 32-bit big-endian length, then this as one JSON object. It names who can open the stream, and
/// has the content's key wrapped for each. docs/access.md describes the whole format.
/// </summary>
/// <param name="Version">1.</param>
/// <param name="Host">The host that sealed it.</param>
/// <param name="Session">The session in which it was asked for.</param>
/// <param name="Number">The request's number in the session.</param>
/// <param name="Recipients">Who can open it: the session's own key, then reviewers' certificates.</param>
public sealed record SealedHeader(int Version, string Host, string Session, ulong Number, SealedRecipient[] Recipients)
{
    /// <summary>The only version.</summary>
    public const int CurrentVersion = 1;

    /// <summary>Bytes before the JSON: the magic and its length.</summary>
    public const int PrefixSize = 12;

    /// <summary>The first bytes of every sealed stream.</summary>
    public static ReadOnlySpan<byte> Magic => "DRSEAL1\n"u8;

    /// <summary>The head's bytes, prefix included.</summary>
    internal byte[] Render()
    {
        byte[] json = JsonSerializer.SerializeToUtf8Bytes(this, SealingJson.Default.SealedHeader);
        byte[] bytes = new byte[PrefixSize + json.Length];
        Magic.CopyTo(bytes);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(Magic.Length), (uint)json.Length);
        json.CopyTo(bytes, PrefixSize);
        return bytes;
    }

    /// <summary>How many bytes of JSON follow the prefix.</summary>
    /// <exception cref="SealException">It is no sealed stream, or its head is too large.</exception>
    internal static int JsonLength(ReadOnlySpan<byte> prefix)
    {
        uint length = BinaryPrimitives.ReadUInt32BigEndian(prefix[Magic.Length..]);
        if (!prefix.StartsWith(Magic))
            throw new SealException("these bytes are no sealed stream");
        return length <= Limits.SealedHeader ? (int)length : throw new SealException("the sealed stream's head is too large");
    }

    /// <exception cref="SealException">It is no head of this version.</exception>
    internal static SealedHeader Parse(ReadOnlySpan<byte> json)
    {
        try
        {
            SealedHeader? header = JsonSerializer.Deserialize(json, SealingJson.Default.SealedHeader);
            return header is { Version: CurrentVersion } ? header : throw new SealException("the sealed stream is of a version that this program does not know");
        }
        catch (JsonException)
        {
            throw new SealException("the sealed stream's head cannot be read");
        }
    }

    /// <summary>The key of the content, bound to every byte of the head: whoever changes one opens nothing.</summary>
    internal static byte[] ContentKey(ReadOnlySpan<byte> secret, ReadOnlySpan<byte> head)
    {
        byte[] key = new byte[32];
        HKDF.DeriveKey(HashAlgorithmName.SHA256, secret, key, SHA256.HashData(head), "debugrelay sealed stream v1 content"u8);
        return key;
    }
}

/// <summary>One who can open a sealed stream.</summary>
/// <param name="Sha256">SHA-256 of his public key (SubjectPublicKeyInfo), lower-case hexadecimal.</param>
/// <param name="EphemeralKey">The sealer's public key for ECDH (SubjectPublicKeyInfo); null where his key is RSA.</param>
/// <param name="Key">The wrapped secret: AES-256-GCM under ECDH and HKDF-SHA-256 (48 bytes), or RSA-OAEP with SHA-256.</param>
public sealed record SealedRecipient(string Sha256, byte[]? EphemeralKey, byte[] Key);

/// <summary>A sealed stream cannot be made or opened; the message is one line.</summary>
public sealed class SealException(string message) : Exception(message);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase,
    UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    AllowDuplicateProperties = false,
    RespectNullableAnnotations = true,
    RespectRequiredConstructorParameters = true,
    MaxDepth = 4)]
[JsonSerializable(typeof(SealedHeader))]
internal sealed partial class SealingJson : JsonSerializerContext;
