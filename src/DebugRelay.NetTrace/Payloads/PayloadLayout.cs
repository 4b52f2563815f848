namespace DebugRelay.NetTrace;

/// <summary>How the payloads of one event type are laid out, and which of their fields can be visited.</summary>
internal sealed class PayloadLayout
{
    private readonly LayoutNode[] _nodes;

    public PayloadLayout(LayoutNode[] nodes, EventField[] fields)
    {
        _nodes = nodes;
        Fields = fields;
        Steps = nodes;
        HasBool = Contains(nodes, LayoutOp.Bool);
        HasLocations = Contains(nodes, LayoutOp.DataLoc) || Contains(nodes, LayoutOp.RelLoc);
    }

    /// <summary>The visitable fields; a node's <c>Field</c> is an index into them.</summary>
    public EventField[] Fields { get; }

    /// <summary>Whether a boolean stands in it, whose width the payload must tell.</summary>
    public bool HasBool { get; }

    /// <summary>Whether some of its arrays stand behind the other values.</summary>
    public bool HasLocations { get; }

    /// <summary>The steps to walk. Before <see cref="Compile"/> every field is a step of its own.</summary>
    public LayoutNode[] Steps { get; private set; }

    /// <summary>About the bytes that the steps take, before and after <see cref="Compile"/>.</summary>
    public int StepsSize => 2 * SizeOf(_nodes);

    /// <summary>Forgets the fields that are not visited, and joins what can then be skipped at once.</summary>
    public void Compile() => Steps = Join(_nodes);

    private LayoutNode[] Join(LayoutNode[] nodes)
    {
        var steps = new List<LayoutNode>(nodes.Length);
        foreach (var node in nodes)
        {
            var step = node;
            if (node.Field >= 0 && !Fields[node.Field].IsVisited) step = step with { Field = -1 };
            if (node.Children is not null) step = step with { Children = Join(node.Children) };
            if (CanJoin(step) && steps.Count > 0 && CanJoin(steps[^1])) steps[^1] = steps[^1] with { Size = steps[^1].Size + step.Size };
            else steps.Add(step);
        }
        return [.. steps];
    }

    private static bool CanJoin(LayoutNode node) => node is { Op: LayoutOp.Fixed, Field: < 0 };

    private static int SizeOf(LayoutNode[] nodes)
    {
        const int ArraySize = 24;
        const int NodeSize = 24;
        var size = ArraySize + (NodeSize * nodes.Length);
        foreach (var node in nodes) size += node.Children is null ? 0 : SizeOf(node.Children);
        return size;
    }

    private static bool Contains(LayoutNode[] nodes, LayoutOp op)
    {
        foreach (var node in nodes)
        {
            if (node.Op == op || (node.Children is not null && Contains(node.Children, op))) return true;
        }
        return false;
    }
}
