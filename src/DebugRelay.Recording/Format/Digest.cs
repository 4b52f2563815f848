using System.Security.Cryptography;

namespace DebugRelay.Recording;

/// <summary>SHA-256 in the form that recordings and <c>sha256sum</c> write: lower-case hex.</summary>
internal static class Digest
{
    public static string Hex(ReadOnlySpan<byte> bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    public static IncrementalHash Begin() => IncrementalHash.CreateHash(HashAlgorithmName.SHA256);

    public static string CurrentHex(this IncrementalHash hash) => Convert.ToHexStringLower(hash.GetCurrentHash());
}
