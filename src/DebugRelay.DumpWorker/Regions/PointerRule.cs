using System.Buffers.Binary;

namespace DebugRelay.DumpWorker.Regions;

/// <summary>What of a stack or of registers may stay: pointers into the process's memory, and numbers too small to tell anything.</summary>
/// <remarks>
/// A word that is no pointer is judged by its 32-bit halves, since frames keep two numbers in one. Two characters of UTF-8 are above the limit, and a
/// character of UTF-16 passes only where a zero follows it.
/// </remarks>
internal sealed class PointerRule(KnownAddresses known)
{
    /// <summary>Counts, flags, indices and states are below it; two bytes of text are above it, beginning with control characters.</summary>
    private const uint Small = 4096;

    /// <summary>Addresses below it are no pointers: nothing can be mapped there.</summary>
    private const ulong LowestMapping = 0x10000;

    /// <summary>Copies words, the others left zero.</summary>
    /// <param name="source">From an address divisible by 8.</param>
    /// <param name="target">Zeros, as long as the source.</param>
    /// <returns>Words that were cleared, though not zero.</returns>
    public int Copy(ReadOnlySpan<byte> source, Span<byte> target)
    {
        int cleared = 0;
        for (; source.Length >= 8; source = source[8..], target = target[8..])
        {
            ulong word = BinaryPrimitives.ReadUInt64LittleEndian(source);
            ulong kept = Judge(word);
            BinaryPrimitives.WriteUInt64LittleEndian(target, kept);
            cleared += kept == word ? 0 : 1;
        }
        return cleared;
    }

    /// <summary>The word, or what may stay of it.</summary>
    public ulong Judge(ulong word)
    {
        if (word == 0 || IsPointer(word))
            return word;
        return Half((uint)word) | ((ulong)Half((uint)(word >> 32)) << 32);
    }

    /// <summary>Whether a word points to where the process had memory.</summary>
    public bool IsPointer(ulong word) => word >= LowestMapping && known.Contains(word);

    private static uint Half(uint half) => half < Small || half > uint.MaxValue - Small ? half : 0;
}
