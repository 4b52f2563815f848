namespace DebugRelay.NetTrace;

/// <summary>One step of walking a payload.</summary>
internal enum LayoutOp : byte
{
    /// <summary>A value of <c>Size</c> bytes.</summary>
    Fixed,

    /// <summary>A boolean: 1 or 4 bytes, whichever makes the whole payload fit.</summary>
    Bool,

    /// <summary>A number of one to ten bytes.</summary>
    Varint,

    /// <summary>UTF-16 up to and including its terminator.</summary>
    Text,

    /// <summary>UTF-8 up to and including its terminator.</summary>
    Text8,

    /// <summary>Reads a count of <c>Size</c> bytes (2 or 4) for the steps that follow.</summary>
    Count,

    /// <summary>Sets the count to <c>Size</c>.</summary>
    SetCount,

    /// <summary>As many UTF-16 units as the 16-bit count right before says.</summary>
    Chars,

    /// <summary>As many UTF-8 bytes as the 16-bit count right before says.</summary>
    Chars8,

    /// <summary>As many UTF-16 units as the count, no more and no fewer.</summary>
    FixedChars,

    /// <summary>As many UTF-8 bytes as the count, no more and no fewer.</summary>
    FixedChars8,

    /// <summary>As many bytes as the count.</summary>
    Bytes,

    /// <summary>The children, as often as the count.</summary>
    Repeat,

    /// <summary>
    /// Four bytes that tell where (low half, from the payload's start) and how long (high half) an array of <c>Size</c>-byte elements behind the
    /// other values is; the one child tells what it is.
    /// </summary>
    DataLoc,

    /// <summary>As <see cref="DataLoc"/>, but counted from behind these four bytes.</summary>
    RelLoc,
}

/// <summary>A step and what it needs: see <see cref="LayoutOp"/>. <c>Field</c> is -1 where no field can be visited.</summary>
internal readonly record struct LayoutNode(LayoutOp Op, int Size = 0, int Field = -1, LayoutNode[]? Children = null)
{
    /// <summary>The fewest bytes that the steps consume together.</summary>
    public static int MinSizeOf(ReadOnlySpan<LayoutNode> nodes)
    {
        long sum = 0;
        var count = 0;
        foreach (ref readonly var node in nodes)
        {
            sum += node.MinSize(count);
            count = node.Op == LayoutOp.SetCount ? node.Size : node.Op == LayoutOp.Count ? 0 : count;
        }
        return (int)Math.Min(sum, int.MaxValue);
    }

    private long MinSize(int count) => Op switch
    {
        LayoutOp.Fixed or LayoutOp.Count => Size,
        LayoutOp.Bool or LayoutOp.Varint or LayoutOp.Text8 => 1,
        LayoutOp.Text => 2,
        LayoutOp.DataLoc or LayoutOp.RelLoc => 4,
        LayoutOp.Repeat => count * (long)MinSizeOf(Children),
        LayoutOp.FixedChars or LayoutOp.FixedChars8 or LayoutOp.Bytes => count,
        _ => 0,
    };
}
