using System.Security.Cryptography;

namespace DebugRelay.Policy.Grants;

/// <summary>A grant as it is sent and kept.</summary>
/// <param name="Document">The exact bytes of <c>grant.json</c>.</param>
/// <param name="Signatures">The exact bytes of <c>grant.p7s</c>.</param>
public sealed record GrantFiles(ReadOnlyMemory<byte> Document, ReadOnlyMemory<byte> Signatures)
{
    /// <summary>SHA-256 of the document, in lower-case hexadecimal: what a request names, and what uses are counted by.</summary>
    public string Sha256 => Convert.ToHexStringLower(SHA256.HashData(Document.Span));
}
