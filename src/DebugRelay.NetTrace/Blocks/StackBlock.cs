namespace DebugRelay.NetTrace;

/// <summary>Blocks of stacks: the first one's id, their count, then each as its size and that many bytes of addresses.</summary>
internal static class StackBlock
{
    public static bool IsWhole(ReadOnlySpan<byte> content, int pointerSize)
    {
        var reader = new ByteReader(content);
        reader.U32();
        for (var left = reader.U32(); left > 0 && !reader.Failed; left--)
        {
            var size = reader.U32();
            if (size % (uint)pointerSize != 0) return false;
            reader.Bytes(size);
        }
        return !reader.Failed && reader.Left == 0;
    }
}
