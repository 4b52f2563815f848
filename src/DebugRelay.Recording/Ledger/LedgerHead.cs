using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace DebugRelay.Recording;

/// <summary>
/// The signed head of a ledger: a C2SP tlog-checkpoint, that is a signed note over origin, size and RFC 6962 root, with an ECDSA signature
/// (type 0x02 of C2SP signed-note: the key's id is the beginning of the SHA-256 of its SubjectPublicKeyInfo).
/// </summary>
/// <param name="Host">The host.</param>
/// <param name="Role">Whose ledger it is: <c>agent</c> or <c>broker</c>.</param>
/// <param name="Size">How many entries it covers.</param>
/// <param name="RootSha256">The root, in lower-case hex.</param>
/// <param name="Note">The exact bytes of the note, signature included.</param>
public sealed record LedgerHead(string Host, string Role, long Size, string RootSha256, ReadOnlyMemory<byte> Note)
{
    private const string SignatureMark = "\u2014 ";
    private const int KeyIdLength = 4;

    /// <summary>The line that a witness keeps and a verifier reads, without its line end: <c>ledger-ROLE.HOST SIZE ROOT</c>.</summary>
    public string HeadLine => FormattableString.Invariant($"{WitnessName(Host, Role)} {Size} {RootSha256}");

    /// <summary>What a witness keeps of it: a ledger stands in a file of heads like a session, its size like a segment's number.</summary>
    public WitnessedHead Witness => new(WitnessName(Host, Role), checked((int)Size), RootSha256);

    /// <summary>Reads a note of the form that ledgers write; nothing is verified.</summary>
    /// <param name="note">The bytes of <c>checkpoint</c>.</param>
    /// <returns>The head, or null if the note is of another form.</returns>
    public static LedgerHead? Parse(ReadOnlyMemory<byte> note)
    {
        if (note.Length > Limits.MaxSmallFile)
            return null;
        var lines = Encoding.UTF8.GetString(note.Span).Split('\n');
        if (lines.Length != 6 || lines[3].Length != 0 || lines[5].Length != 0 || lines[0].Split('/') is not [var host, "debugrelay", var role]
            || !Names.IsValid(host) || !IsRole(role)
            || !long.TryParse(lines[1], NumberStyles.None, CultureInfo.InvariantCulture, out var size)
            || !TryBase64(lines[2], out var root) || root.Length != SHA256.HashSizeInBytes)
            return null;
        var head = new LedgerHead(host, role, size, Convert.ToHexStringLower(root), note);
        return head.Text() + "\n" + lines[4] + "\n" == Encoding.UTF8.GetString(note.Span) ? head : null;
    }

    /// <summary>Whether the note is signed by this key.</summary>
    /// <param name="publicKeyPem">The key: P-256, SubjectPublicKeyInfo in PEM.</param>
    /// <returns>True if it is.</returns>
    public bool IsSignedBy(string publicKeyPem)
    {
        var line = Encoding.UTF8.GetString(Note.Span).Split('\n')[^2];
        var start = SignatureMark + Origin(Host, Role) + " ";
        if (!line.StartsWith(start, StringComparison.Ordinal) || !TryBase64(line[start.Length..], out var signature) || signature.Length < KeyIdLength)
            return false;
        try
        {
            using var key = ECDsa.Create();
            key.ImportFromPem(publicKeyPem);
            return signature.AsSpan(0, KeyIdLength).SequenceEqual(KeyId(key))
                && key.VerifyData(
                    Encoding.UTF8.GetBytes(Text()), signature.AsSpan(KeyIdLength), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence);
        }
        catch (Exception e) when (e is CryptographicException or ArgumentException)
        {
            return false;
        }
    }

    internal static LedgerHead Sign(string host, string role, long size, byte[] root, ECDsa key)
    {
        var unsigned = new LedgerHead(host, role, size, Convert.ToHexStringLower(root), default);
        var text = unsigned.Text();
        byte[] signature = [.. KeyId(key), .. key.SignData(Encoding.UTF8.GetBytes(text), HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)];
        return unsigned with
        {
            Note = Encoding.UTF8.GetBytes($"{text}\n{SignatureMark}{Origin(host, role)} {Convert.ToBase64String(signature)}\n"),
        };
    }

    internal static string WitnessName(string host, string role) => $"ledger-{role}.{host}";

    internal static bool IsRole(string role) => role is "agent" or "broker";

    private static string Origin(string host, string role) => $"{host}/debugrelay/{role}";

    private static byte[] KeyId(ECDsa key) => SHA256.HashData(key.ExportSubjectPublicKeyInfo())[..KeyIdLength];

    private string Text() => FormattableString.Invariant($"{Origin(Host, Role)}\n{Size}\n{Convert.ToBase64String(Convert.FromHexString(RootSha256))}\n");

    private static bool TryBase64(string text, out byte[] bytes)
    {
        bytes = new byte[text.Length];
        var valid = Convert.TryFromBase64String(text, bytes, out var length);
        bytes = bytes[..length];
        return valid;
    }
}
