namespace DebugRelay.NetTrace;

/// <summary>One step of walking a payload.</summary>
internal enum LayoutOp : byte
{
    /// <summary>A value of <c>Size</c> bytes.</summary>
    Fixed,

    /// <summary>A boolean: 1 or 4 bytes, whichever makes the whole payload fit.</summary>
    Bool,

    /// <summary>UTF-16 up to and including its terminator.</summary>
    Text,

    /// <summary>Reads a count of <c>Size</c> bytes (2 or 4) for the step that follows.</summary>
    Count,

    /// <summary>As many UTF-16 units as the count.</summary>
    Chars,

    /// <summary>As many bytes as the count.</summary>
    Bytes,

    /// <summary>The children, as often as the count.</summary>
    Repeat,
}

/// <summary>A step and what it needs: see <see cref="LayoutOp"/>. <c>Field</c> is -1 where no field can be visited.</summary>
internal readonly record struct LayoutNode(LayoutOp Op, int Size = 0, int Field = -1, LayoutNode[]? Children = null)
{
    /// <summary>The fewest bytes that the step consumes.</summary>
    public int MinSize => Op switch
    {
        LayoutOp.Fixed or LayoutOp.Count => Size,
        LayoutOp.Bool => 1,
        LayoutOp.Text => 2,
        _ => 0,
    };

    /// <summary>The fewest bytes that the steps consume together.</summary>
    public static int MinSizeOf(ReadOnlySpan<LayoutNode> nodes)
    {
        var sum = 0;
        foreach (ref readonly var node in nodes) sum += node.MinSize;
        return sum;
    }
}
