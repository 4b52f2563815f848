using DebugRelay.Policy.Json;

namespace DebugRelay.Policy.Grants;

/// <summary>
/// What an engineer asks approvers for: <c>request.json</c>. It gives no right, and is not signed: a grant is used by its requester alone, who signs
/// then.
/// </summary>
public sealed record GrantRequest
{
    /// <summary>What the bytes are for, inside the bytes.</summary>
    public const string Purpose = "debugrelay access request";

    private const int Version = 1;

    /// <summary>Names the request: letters, digits, '-' and '_'.</summary>
    public required string Id { get; init; }

    /// <summary>What is wanted.</summary>
    public required GrantScope Scope { get; init; }

    /// <summary>For how long, from the first approval on; at most <see cref="Limits.Grant"/>, whole seconds.</summary>
    public required TimeSpan For { get; init; }

    /// <summary>When it was made; whole seconds, UTC.</summary>
    public required DateTimeOffset Made { get; init; }

    /// <summary>Parses the exact bytes.</summary>
    /// <exception cref="DocumentException">The bytes are no request of this version.</exception>
    public static GrantRequest Parse(ReadOnlySpan<byte> utf8)
    {
        ObjectReader reader = StrictJson.ParseSigned(utf8, Limits.GrantBytes).AsObject();
        SignedFields.ReadHeader(reader, Version, Purpose);
        var request = new GrantRequest
        {
            Id = SignedFields.ReadId(reader.Required("id")),
            Scope = GrantScope.Read(reader),
            For = TimeSpan.FromSeconds(reader.Required("forSeconds").AsInteger(1, (int)Limits.Grant.TotalSeconds)),
            Made = SignedFields.ReadTime(reader.Required("made")),
        };
        reader.End();
        return request;
    }

    /// <summary>Writes the document.</summary>
    /// <exception cref="DocumentException">A field is out of bounds.</exception>
    public byte[] ToUtf8()
    {
        byte[] bytes = SignedFields.Write(writer =>
        {
            SignedFields.WriteHeader(writer, Version, Purpose);
            writer.WriteString("id", Id);
            Scope.Write(writer);
            writer.WriteNumber("forSeconds", (long)For.TotalSeconds);
            SignedFields.WriteTime(writer, "made", Made);
        });
        Parse(bytes);
        return bytes;
    }
}
