using System.Security.Cryptography;
using DebugRelay.Policy.Json;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Revocation;

/// <summary>A policy with a version, as a fleet sends it to its hosts: the exact text of a policy.json, signed as a whole.</summary>
public sealed record PolicyBundle
{
    /// <summary>What the bytes are for, inside the bytes.</summary>
    public const string Purpose = "debugrelay policy";

    /// <summary>From 1; each new policy has a higher one.</summary>
    public required ulong Version { get; init; }

    /// <summary>The text of policy.json; it parses.</summary>
    public required string Policy { get; init; }

    /// <summary>Of the exact bytes, in hexadecimal, upper case.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Parses the exact bytes that are signed.</summary>
    /// <exception cref="DocumentException">They are no bundle, or its policy cannot be used.</exception>
    public static PolicyBundle Parse(ReadOnlySpan<byte> utf8)
    {
        ObjectReader reader = StrictJson.ParseSigned(utf8, Limits.PolicyBytes).AsObject();
        if (reader.Required("purpose") is var purpose && purpose.AsText(Limits.NameCharacters) != Purpose) throw purpose.Error($"must be \"{Purpose}\"");
        var bundle = new PolicyBundle
        {
            Version = reader.Required("version").AsUnsigned(1, Limits.RequestNumber),
            Policy = reader.Required("policy").AsFile(Limits.PolicyBytes),
            Sha256 = Convert.ToHexString(SHA256.HashData(utf8)),
        };
        reader.End();
        PolicyDocument.Parse(System.Text.Encoding.UTF8.GetBytes(bundle.Policy));
        return bundle;
    }

    /// <summary>Writes the bytes that are to be signed.</summary>
    /// <param name="version">The version.</param>
    /// <param name="policy">The text of policy.json.</param>
    /// <exception cref="DocumentException">The policy cannot be used.</exception>
    public static byte[] Write(ulong version, string policy)
    {
        byte[] written = SignedFields.Write(json =>
        {
            json.WriteString("purpose", Purpose);
            json.WriteNumber("version", version);
            json.WriteString("policy", policy);
        });
        Parse(written);
        return written;
    }
}
