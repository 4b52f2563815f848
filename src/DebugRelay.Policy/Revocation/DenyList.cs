using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Json;
using DebugRelay.Policy.Proofs;

namespace DebugRelay.Policy.Revocation;

/// <summary>
/// A parsed deny.json: what is denied at once, whatever policy and grants say. Immutable. Its signature is judged by
/// <see cref="DenySignature"/>.
/// </summary>
public sealed record DenyList
{
    /// <summary>What the bytes are for, inside the bytes.</summary>
    public const string Purpose = "debugrelay deny list";

    /// <summary>No list: nothing is denied by it.</summary>
    public static DenyList None { get; } = new() { Version = 0, Entries = [], Sha256 = "" };

    /// <summary>From 1; each new list has a higher one.</summary>
    public required ulong Version { get; init; }

    /// <summary>What is denied.</summary>
    public required IReadOnlyList<DenyEntry> Entries { get; init; }

    /// <summary>Of the exact bytes, in hexadecimal, upper case; empty for <see cref="None"/>.</summary>
    public required string Sha256 { get; init; }

    /// <summary>Parses the exact bytes that are signed.</summary>
    /// <exception cref="DocumentException">They are no deny list.</exception>
    public static DenyList Parse(ReadOnlySpan<byte> utf8)
    {
        ObjectReader reader = StrictJson.ParseSigned(utf8, Limits.DenyListBytes).AsObject();
        if (reader.Required("purpose") is var purpose && purpose.AsText(Limits.NameCharacters) != Purpose) throw purpose.Error($"must be \"{Purpose}\"");
        var list = new DenyList
        {
            Version = reader.Required("version").AsUnsigned(1, Limits.RequestNumber),
            Entries = [.. reader.Required("entries").AsArray().Select(DenyEntry.Read)],
            Sha256 = Convert.ToHexString(SHA256.HashData(utf8)),
        };
        reader.End();
        return list;
    }

    /// <summary>Why a session must not go on; null when the list does not speak of it.</summary>
    public string? Refusal(VerifiedSession session) => Entries.Any(entry => entry.Denies(session)) ? $"the deny list (version {Version}) names it" : null;

    /// <summary>Why an operation must not go on; null when the list does not speak of it.</summary>
    public string? RefusalOfOperation(string operation) =>
        Entries.Any(entry => entry.Operation == operation) ? $"the deny list (version {Version}) stops {operation}" : null;

    /// <summary>Why a signature does not count; null when the list does not speak of who made it.</summary>
    public string? RefusalOfSigner(PeerIdentity signer, X509Certificate2 certificate) =>
        Entries.Any(entry => entry.Denies(signer, certificate)) ? $"the deny list (version {Version}) names {signer}" : null;

    /// <summary>Whether a grant was taken back.</summary>
    public bool DeniesGrant(string grant) => Entries.Any(entry => entry.Grant == grant);
}
