using DebugRelay.Policy.Json;

namespace DebugRelay.Policy.Proofs;

/// <summary>
/// What an engineer signs with the certificate's key to open a session. The signature is over the exact bytes, which are never written
/// anew.
/// </summary>
public sealed record SessionStatement
{
    /// <summary>What the bytes are for, inside the bytes: a signature over them is good for nothing else.</summary>
    public const string Purpose = "debugrelay session statement";

    private const int Version = 1;

    /// <summary>The signature's algorithm: ES256, ES384 or PS256; <see cref="SessionProof.Create"/> sets it from the certificate.</summary>
    public string Algorithm { get; init; } = "";

    /// <summary>The agent's host, as its challenge names it.</summary>
    public required string Host { get; init; }

    /// <summary>The session's id: 1 to 64 letters, digits, '-' or '_'.</summary>
    public required string Session { get; init; }

    /// <summary>The broker's nonce, as the challenge gives it.</summary>
    public required string Nonce { get; init; }

    /// <summary>The key that will sign the session's requests.</summary>
    public required EphemeralKey EphemeralKey { get; init; }

    /// <summary>The key (ECDH on P-256) that unscrubbed data are encrypted to; without one there are none.</summary>
    public EphemeralKey? EncryptionKey { get; init; }

    /// <summary>When the session ends, at the latest; whole seconds, UTC.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>Why, in the engineer's words.</summary>
    public string? Reason { get; init; }

    /// <summary>The incident's id.</summary>
    public string? Incident { get; init; }

    /// <summary>The client program and its version, as it describes itself.</summary>
    public string? Client { get; init; }

    /// <summary>Parses the exact bytes that were signed.</summary>
    /// <exception cref="DocumentException">The bytes are no statement of this version.</exception>
    public static SessionStatement Parse(ReadOnlySpan<byte> utf8)
    {
        ObjectReader reader = StrictJson.ParseSigned(utf8, Limits.StatementBytes).AsObject();
        SignedFields.ReadHeader(reader, Version, Purpose);
        var statement = new SessionStatement
        {
            Algorithm = reader.Required("algorithm").AsText(Limits.NameCharacters),
            Host = reader.Required("host").AsText(Limits.NameCharacters),
            Session = SignedFields.ReadSession(reader),
            Nonce = reader.Required("nonce").AsText(Limits.NameCharacters),
            EphemeralKey = ReadKey(reader.Required("ephemeralKey")),
            EncryptionKey = reader.Optional("encryptionKey") is { } encryptionKey ? ReadKey(encryptionKey) : null,
            NotAfter = SignedFields.ReadTime(reader.Required("notAfter")),
            Reason = reader.OptionalText("reason", Limits.ReasonCharacters),
            Incident = reader.OptionalText("incident", Limits.IncidentCharacters),
            Client = reader.OptionalText("client", Limits.ReasonCharacters),
        };
        reader.End();
        return statement;
    }

    /// <summary>The bytes to be signed.</summary>
    internal byte[] ToUtf8() => SignedFields.Write(writer =>
    {
        SignedFields.WriteHeader(writer, Version, Purpose);
        writer.WriteString("algorithm", Algorithm);
        writer.WriteString("host", Host);
        writer.WriteString("session", Session);
        writer.WriteString("nonce", Nonce);
        writer.WriteBase64String("ephemeralKey", EphemeralKey.SubjectPublicKeyInfo.Span);
        if (EncryptionKey is { } encryptionKey) writer.WriteBase64String("encryptionKey", encryptionKey.SubjectPublicKeyInfo.Span);
        SignedFields.WriteTime(writer, "notAfter", NotAfter);
        SignedFields.WriteOptional(writer, "reason", Reason);
        SignedFields.WriteOptional(writer, "incident", Incident);
        SignedFields.WriteOptional(writer, "client", Client);
    });

    private static EphemeralKey ReadKey(StrictValue value)
    {
        string text = value.AsText(Limits.NameCharacters);
        byte[] bytes = new byte[text.Length];
        bool base64 = Convert.TryFromBase64String(text, bytes, out int length) && Convert.ToBase64String(bytes, 0, length) == text;
        EphemeralKey? key = base64 ? EphemeralKey.TryImport(bytes.AsSpan(0, length)) : null;
        return key ?? throw value.Error("is no public key on P-256 (SubjectPublicKeyInfo in base64)");
    }
}
