using System.Text.Json;
using DebugRelay.Policy;
using DebugRelay.Policy.Revocation;

namespace DebugRelay.Fleet;

/// <summary>A signed document on its way to all hosts. The bus carries it and is not trusted with it: each host judges the signature and the version.</summary>
/// <param name="Kind">One of <see cref="DocumentKinds"/>.</param>
/// <param name="Content">The exact bytes that are signed.</param>
/// <param name="Signature">The detached CMS signature, DER.</param>
public sealed record FleetDocument(string Kind, byte[] Content, byte[] Signature)
{
    /// <summary>As it is told and stored.</summary>
    /// <exception cref="FleetException">It is larger than <see cref="FleetLimits.DocumentBytes"/>.</exception>
    public byte[] ToUtf8() => Content.Length + Signature.Length <= FleetLimits.DocumentBytes
        ? JsonSerializer.SerializeToUtf8Bytes(this, FleetJson.Default.FleetDocument)
        : throw new FleetException($"the document has more than {FleetLimits.DocumentBytes / 1024} KiB, which is what a bus carries");

    /// <summary>The version that it says; nothing of it is verified.</summary>
    /// <exception cref="DocumentException">It is no document of its kind.</exception>
    public ulong ReadVersion() => Kind == DocumentKinds.Deny ? DenyList.Parse(Content).Version : PolicyBundle.Parse(Content).Version;

    /// <summary>Reads a message.</summary>
    /// <returns>Null where it is none.</returns>
    public static FleetDocument? Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > FleetLimits.DocumentBytes * 2)
            return null;
        try
        {
            return JsonSerializer.Deserialize(utf8, FleetJson.Default.FleetDocument) is { } read && DocumentKinds.All.Contains(read.Kind) && read.Content.Length + read.Signature.Length <= FleetLimits.DocumentBytes ? read : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}

/// <summary>Kinds of documents.</summary>
public static class DocumentKinds
{
    /// <summary>A <see cref="DenyList"/>.</summary>
    public const string Deny = "deny";

    /// <summary>A <see cref="PolicyBundle"/>.</summary>
    public const string Policy = "policy";

    /// <summary>All of them, in the order in which a host takes them.</summary>
    public static IReadOnlyList<string> All { get; } = [Deny, Policy];
}

/// <summary>What a host says of a document that it was told.</summary>
/// <param name="Kind">One of <see cref="DocumentKinds"/>.</param>
/// <param name="Version">The version that was told.</param>
/// <param name="State">One of <see cref="DocumentStates"/>.</param>
/// <param name="Problem">Why it was refused; null where it was not.</param>
public sealed record Acknowledgement(string Kind, ulong Version, string State, string? Problem = null)
{
    /// <summary>As it is sent.</summary>
    public byte[] ToUtf8() => JsonSerializer.SerializeToUtf8Bytes(this, FleetJson.Default.Acknowledgement);

    /// <summary>Reads one.</summary>
    /// <returns>Null where it is none.</returns>
    public static Acknowledgement? Parse(ReadOnlySpan<byte> utf8)
    {
        if (utf8.Length > FleetLimits.RecordBytes)
            return null;
        try
        {
            return JsonSerializer.Deserialize(utf8, FleetJson.Default.Acknowledgement);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
