using System.Buffers;

namespace DebugRelay.Fuzz;

/// <summary>Bytes as they come over a wire: for half of the inputs, which their content tells, in pieces.</summary>
internal static class Pieces
{
    public static ReadOnlySequence<byte> Of(ReadOnlySpan<byte> input)
    {
        var bytes = input.ToArray();
        var hash = ContentHash.Of(input);
        if (hash % 2 == 0 || bytes.Length < 2) return new ReadOnlySequence<byte>(bytes);
        var (first, second) = ((int)((hash >> 1) % (ulong)bytes.Length), (int)((hash >> 24) % (ulong)bytes.Length));
        if (first > second) (first, second) = (second, first);
        var begin = new Piece(bytes.AsMemory(0, first), null);
        var end = new Piece(bytes.AsMemory(second), new Piece(bytes.AsMemory(first, second - first), begin));
        return new ReadOnlySequence<byte>(begin, 0, end, end.Memory.Length);
    }

    private sealed class Piece : ReadOnlySequenceSegment<byte>
    {
        public Piece(ReadOnlyMemory<byte> bytes, Piece? before)
        {
            Memory = bytes;
            if (before is null) return;
            RunningIndex = before.RunningIndex + before.Memory.Length;
            before.Next = this;
        }
    }
}
