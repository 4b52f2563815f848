using System.Numerics;
using System.Runtime.InteropServices;

namespace DebugRelay.Scrubbing.Text;

/// <summary>
/// Short texts in which lately nothing was found: traces repeat themselves. Texts are compared character by character, so that no two can be taken
/// for one; the hash says only where one is kept, and a text that takes another's place costs time and
/// nothing else.
/// </summary>
internal sealed class CleanTexts
{
    private const int Slots = 4_096;
    private readonly char[] _texts = new char[Slots * Limits.MemoText];
    private readonly (ushort Length, byte Kind)[] _known = new (ushort, byte)[Slots];

    /// <summary>Whether this text was noted, and not displaced since.</summary>
    public bool Has(ReadOnlySpan<char> text, TextKind kind)
    {
        if (text.Length is > Limits.MemoText or 0)
        {
            return false;
        }

        var slot = SlotOf(text);
        return _known[slot] == ((ushort)text.Length, (byte)kind) && text.SequenceEqual(_texts.AsSpan(slot * Limits.MemoText, text.Length));
    }

    /// <summary>Notes a text; long ones are not taken.</summary>
    public void Add(ReadOnlySpan<char> text, TextKind kind)
    {
        if (text.Length is > Limits.MemoText or 0)
        {
            return;
        }

        var slot = SlotOf(text);
        text.CopyTo(_texts.AsSpan(slot * Limits.MemoText));
        _known[slot] = ((ushort)text.Length, (byte)kind);
    }

    private static int SlotOf(ReadOnlySpan<char> text)
    {
        const ulong Factor = 0x9E3779B97F4A7C15;
        var hash = (ulong)text.Length;
        var bytes = MemoryMarshal.AsBytes(text);
        while (bytes.Length >= 16)
        {
            var (a, b) = (MemoryMarshal.Read<ulong>(bytes), MemoryMarshal.Read<ulong>(bytes[8..]));
            hash = BitOperations.RotateLeft(hash ^ a, 23) * Factor;
            hash ^= b * Factor;
            bytes = bytes[16..];
        }

        foreach (var one in MemoryMarshal.Cast<byte, char>(bytes))
        {
            hash = (hash ^ one) * Factor;
        }

        return (int)((hash ^ (hash >> 29)) * Factor >> 52);
    }
}
