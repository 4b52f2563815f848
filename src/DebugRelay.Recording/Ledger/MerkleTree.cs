using System.Security.Cryptography;

namespace DebugRelay.Recording;

/// <summary>The Merkle tree hash of RFC 6962, section 2.1, over leaves that come one by one; it keeps one hash a level.</summary>
internal sealed class MerkleTree()
{
    private const byte LeafPrefix = 0;
    private const byte NodePrefix = 1;

    // Roots of whole subtrees, the largest first; their sizes are the bits of Size.
    private readonly List<byte[]> _subtrees = [];

    /// <summary>A tree that goes on from what <see cref="Subtrees"/> gave.</summary>
    public MerkleTree(long size, IEnumerable<byte[]> subtrees)
        : this()
    {
        Size = size;
        _subtrees.AddRange(subtrees);
        if (_subtrees.Count != System.Numerics.BitOperations.PopCount((ulong)size))
            throw new ArgumentException($"A tree of {size} leaves has not {_subtrees.Count} subtrees.", nameof(subtrees));
    }

    /// <summary>The number of leaves.</summary>
    public long Size { get; private set; }

    /// <summary>Roots of whole subtrees, the largest first: with the size, all that a tree goes on from.</summary>
    public IReadOnlyList<byte[]> Subtrees => _subtrees;

    public void Append(ReadOnlySpan<byte> leaf)
    {
        var hash = Hash(LeafPrefix, leaf, default);
        for (var rest = Size; (rest & 1) == 1; rest >>= 1)
        {
            hash = Hash(NodePrefix, _subtrees[^1], hash);
            _subtrees.RemoveAt(_subtrees.Count - 1);
        }

        _subtrees.Add(hash);
        Size++;
    }

    /// <summary>The hash over all leaves so far; of none, it is the hash of nothing.</summary>
    public byte[] Root()
    {
        if (Size == 0)
            return SHA256.HashData([]);
        var root = _subtrees[^1];
        for (var level = _subtrees.Count - 2; level >= 0; level--)
            root = Hash(NodePrefix, _subtrees[level], root);
        return root;
    }

    private static byte[] Hash(byte prefix, ReadOnlySpan<byte> first, ReadOnlySpan<byte> second)
    {
        using var hash = Digest.Begin();
        hash.AppendData([prefix]);
        hash.AppendData(first);
        hash.AppendData(second);
        return hash.GetHashAndReset();
    }
}
