using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace DebugRelay.NetTrace;

/// <summary>
/// Reads of a compressed header what nearly every event needs and no more: its type, and where its payload is. The ends of all its numbers are found
/// at once; what is not as headers usually are is left to <see cref="CompressedHeader"/>.
/// </summary>
internal static class LightHeader
{
    /// <summary>Bytes of numbers that are looked at together.</summary>
    private const int Window = 32;

    /// <summary>Longer numbers are not read here: 28 bits fit whatever is to hold them.</summary>
    private const int MaxNumber = 4;

    private const HeaderParts Numbers = HeaderParts.MetadataId | HeaderParts.Capture | HeaderParts.Thread | HeaderParts.Stack;
    private const HeaderParts Activities = HeaderParts.Activity | HeaderParts.RelatedActivity;

    /// <summary>How many numbers stand before the activity ids, by the lowest four flags.</summary>
    private static ReadOnlySpan<byte> NumbersBefore => [1, 2, 4, 5, 2, 3, 5, 6, 2, 3, 5, 6, 3, 4, 6, 7];

    /// <summary>
    /// As <see cref="CompressedHeader.TryRead"/>, for the two that are given alone. False where the header is not of the usual kind; nothing is changed
    /// then.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool TryRead(ReadOnlySpan<byte> block, bool isV6, ref int at, ref uint metadataId, ref uint payloadSize, out int sizeAt)
    {
        sizeAt = at;
        if (block.Length - at <= 1 + Window + (2 * 16) + Varint.MaxSize) return false;
        var parts = (HeaderParts)block[at];
        if (isV6 && (parts & Activities) != 0) return false;

        var goesOn = Vector256.Create(block.Slice(at + 1, Window)).ExtractMostSignificantBits();
        var last = Nth(~goesOn, NumbersBefore[(int)(parts & Numbers)]);
        if (last == 0) return false;
        // Of the numbers up to the last one none may go on for four bytes.
        if ((goesOn & (goesOn >> 1) & (goesOn >> 2) & (goesOn >> 3) & (last - 1)) != 0) return false;

        var end = at + 2 + BitOperations.TrailingZeroCount(last);
        end += 16 * BitOperations.PopCount((uint)(parts & Activities));
        var size = payloadSize;
        sizeAt = end;
        if ((parts & HeaderParts.PayloadSize) != 0 && !Varint.TryRead32(block, ref end, out size)) return false;
        if ((parts & HeaderParts.MetadataId) != 0) metadataId = Number(block[(at + 1)..], BitOperations.TrailingZeroCount(~goesOn) + 1);
        payloadSize = size;
        at = end;
        return true;
    }

    /// <summary>The nth bit that is set, counted from the lowest; 0 where there are fewer.</summary>
    private static uint Nth(uint bits, int n)
    {
        if (Bmi2.IsSupported) return Bmi2.ParallelBitDeposit(1u << (n - 1), bits);
        for (; n > 1; n--) bits &= bits - 1;
        return bits & (0u - bits);
    }

    /// <summary>The number of at most four bytes at the front.</summary>
    private static uint Number(ReadOnlySpan<byte> bytes, int size)
    {
        var raw = BinaryPrimitives.ReadUInt32LittleEndian(bytes) & (uint.MaxValue >> (8 * (MaxNumber - size)));
        return (raw & 0x7F) | ((raw >> 1) & 0x3F80) | ((raw >> 2) & 0x1F_C000) | ((raw >> 3) & 0xFE0_0000);
    }
}
