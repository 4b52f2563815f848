using DebugRelay.Policy.Json;

namespace DebugRelay.Policy.Grants;

/// <summary>What approvers sign: <c>grant.json</c>. The signatures are over the exact bytes, which are never written anew.</summary>
public sealed record GrantDocument
{
    /// <summary>What the bytes are for, inside the bytes: a signature over them is good for nothing else.</summary>
    public const string Purpose = "debugrelay grant";

    private const int Version = 1;

    /// <summary>Names the grant in decisions and recordings: letters, digits, '-' and '_'.</summary>
    public required string Id { get; init; }

    /// <summary>What is granted.</summary>
    public required GrantScope Scope { get; init; }

    /// <summary>From when; whole seconds, UTC.</summary>
    public required DateTimeOffset NotBefore { get; init; }

    /// <summary>Until when, exclusive; at most <see cref="Limits.Grant"/> after <see cref="NotBefore"/>.</summary>
    public required DateTimeOffset NotAfter { get; init; }

    /// <summary>SHA-256 of the request's bytes, in lower-case hexadecimal.</summary>
    public required string RequestSha256 { get; init; }

    /// <summary>Parses the exact bytes.</summary>
    /// <exception cref="DocumentException">The bytes are no grant of this version, or it would last too long.</exception>
    public static GrantDocument Parse(ReadOnlySpan<byte> utf8)
    {
        StrictValue document = StrictJson.ParseSigned(utf8, Limits.GrantBytes);
        ObjectReader reader = document.AsObject();
        SignedFields.ReadHeader(reader, Version, Purpose);
        var grant = new GrantDocument
        {
            Id = SignedFields.ReadId(reader.Required("id")),
            Scope = GrantScope.Read(reader),
            NotBefore = SignedFields.ReadTime(reader.Required("notBefore")),
            NotAfter = SignedFields.ReadTime(reader.Required("notAfter")),
            RequestSha256 = SignedFields.ReadSha256(reader.Required("request")),
        };
        reader.End();
        if (grant.NotAfter <= grant.NotBefore) throw document.Error("ends before it begins");
        return grant.NotAfter - grant.NotBefore <= Limits.Grant ? grant : throw document.Error($"lasts longer than {Limits.Grant.TotalHours:0} hours");
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
            SignedFields.WriteTime(writer, "notBefore", NotBefore);
            SignedFields.WriteTime(writer, "notAfter", NotAfter);
            writer.WriteString("request", RequestSha256);
        });
        Parse(bytes);
        return bytes;
    }
}
