using System.Text;

namespace DebugRelay.Recording;

/// <summary>How a line stands to those that came before.</summary>
public enum FollowedLine
{
    /// <summary>It is the next one, and was taken.</summary>
    Next,

    /// <summary>It has the place of one that is here already.</summary>
    Earlier,

    /// <summary>Lines before it are missing.</summary>
    Later,

    /// <summary>It has the place of the next one and names another line before it.</summary>
    Other,

    /// <summary>It is no line of a ledger.</summary>
    None,
}

/// <summary>A ledger that is read elsewhere, line by line as it grows, and kept between readings as a few hashes.</summary>
/// <param name="Size">Entries that were taken, the lines before the first one included.</param>
/// <param name="Previous">SHA-256 of the last line, in hex; null where none was taken.</param>
/// <param name="Subtrees">Roots of the Merkle tree's whole subtrees, in hex; null where the beginning is not known, and with it no root.</param>
/// <param name="KeySha256">SHA-256 of the key that signs it, as its last `start` says; null where none was seen.</param>
public sealed record FollowedLedger(long Size, string? Previous, IReadOnlyList<string>? Subtrees, string? KeySha256)
{
    /// <summary>A ledger of which nothing was read.</summary>
    public static FollowedLedger Empty { get; } = new(0, null, [], null);

    /// <summary>A ledger whose beginning is gone: the next line is believed to be this one.</summary>
    /// <param name="counter">The line's place.</param>
    public static FollowedLedger From(long counter) => new(counter, null, null, null);

    /// <summary>Whether a line is the one that is due after another.</summary>
    /// <param name="line">The line.</param>
    /// <param name="counter">Its place, from 0.</param>
    /// <param name="previous">SHA-256 of the line before it, in hex; null for the first.</param>
    public static bool Continues(ReadOnlySpan<byte> line, long counter, string? previous) => LedgerLine.Continues(line, counter, previous ?? "none");

    /// <summary>Reads a line.</summary>
    /// <param name="line">The line, without its end.</param>
    /// <returns>The entry; null where it is none.</returns>
    public static LedgerEntry? Read(ReadOnlyMemory<byte> line) => LedgerLine.Parse(line, 0);

    /// <summary>Takes a line if it is the next one.</summary>
    /// <param name="line">The line, its end included.</param>
    /// <param name="entry">What it says; null where it is none.</param>
    /// <param name="next">The ledger with it; this one where it was not taken.</param>
    public FollowedLine Take(ReadOnlyMemory<byte> line, out LedgerEntry? entry, out FollowedLedger next)
    {
        next = this;
        entry = line.Length > 0 && line.Span[^1] == (byte)'\n' ? LedgerLine.Parse(line[..^1], 0) : null;
        if (entry is null)
            return FollowedLine.None;
        if (entry.Counter != Size)
            return entry.Counter < Size ? FollowedLine.Earlier : FollowedLine.Later;
        bool isKnown = Previous is not null || Subtrees is not null;
        if (isKnown && !Continues(line.Span, Size, Previous))
            return FollowedLine.Other;
        MerkleTree? tree = Subtrees is null ? null : new MerkleTree(Size, Subtrees.Select(Convert.FromHexString));
        tree?.Append(line.Span);
        string? key = entry.Kind == LedgerKinds.Start && entry.Body.TryGetProperty("keySha256", out var named) ? named.GetString() : KeySha256;
        next = new FollowedLedger(Size + 1, Digest.Hex(line.Span), tree?.Subtrees.Select(Convert.ToHexStringLower).ToList(), key);
        return FollowedLine.Next;
    }

    /// <summary>Holds a head against the lines.</summary>
    /// <param name="head">The head.</param>
    /// <param name="key">The key that signs, PEM.</param>
    /// <returns>What is wrong; null where nothing is.</returns>
    public string? Problem(LedgerHead head, string key)
    {
        ArgumentNullException.ThrowIfNull(head);
        ArgumentNullException.ThrowIfNull(key);
        if (KeySha256 is not null && Digest.Hex(Encoding.ASCII.GetBytes(key)) != KeySha256)
            return "its head comes with another key than its entries name";
        if (!head.IsSignedBy(key))
            return "its head is not signed by its key";
        if (head.Size != Size)
            return $"its head speaks of {head.Size} entries, and {Size} are here";
        return Subtrees is not null && Convert.ToHexStringLower(new MerkleTree(Size, Subtrees.Select(Convert.FromHexString)).Root()) != head.RootSha256
            ? $"its head over {Size} entries is not that of the entries that are here"
            : null;
    }
}
