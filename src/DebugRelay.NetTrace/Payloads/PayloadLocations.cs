using System.Buffers.Binary;

namespace DebugRelay.NetTrace;

/// <summary>
/// An array that stands behind the other values of its payload: what it is, where it starts, its size in bytes, and where the four bytes that say so
/// stand.
/// </summary>
internal readonly record struct Located(LayoutNode Step, int Start, int Size, int ElementSize, int WordAt, bool IsRelative)
{
    /// <summary>Mends the four bytes in a payload in which what stands before them, and before the array, has grown.</summary>
    public void Mend(Span<byte> payload, int growthBeforeWord, int growthBeforeArray)
    {
        if (Size == 0 || growthBeforeArray == 0) return;
        var wordAt = WordAt + growthBeforeWord;
        var start = Start + growthBeforeArray - (IsRelative ? wordAt + sizeof(uint) : 0);
        BinaryPrimitives.WriteUInt16LittleEndian(payload[wordAt..], (ushort)start);
    }
}

/// <summary>The arrays of one event that stand behind its other values, in the order of the fields.</summary>
internal sealed class PayloadLocations
{
    /// <summary>Far more than a schema of real events has.</summary>
    private const int MaxCount = 64;

    private readonly Located[] _noted = new Located[MaxCount];
    private int _count;

    public ReadOnlySpan<Located> Noted => _noted.AsSpan(0, _count);

    public void Clear() => _count = 0;

    /// <summary>Notes the array that the four bytes before <paramref name="end"/> point to; false where there are too many.</summary>
    public bool TryNote(in LayoutNode step, ReadOnlySpan<byte> payload, int end)
    {
        if (_count == MaxCount) return false;
        var wordAt = end - sizeof(uint);
        var word = BinaryPrimitives.ReadUInt32LittleEndian(payload[wordAt..]);
        var isRelative = step.Op == LayoutOp.RelLoc;
        var start = (int)(word & 0xFFFF) + (isRelative ? end : 0);
        _noted[_count++] = new Located(step.Children![0], start, (int)(word >> 16), step.Size, wordAt, isRelative);
        return true;
    }
}
