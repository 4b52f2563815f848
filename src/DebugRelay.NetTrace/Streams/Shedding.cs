namespace DebugRelay.NetTrace;

/// <summary>
/// Leaves out blocks while the output cannot take them. Events and the stacks that they name go together: once begun, it lasts until a sequence
/// point, where the numbers of stacks begin anew, so that no event that passes names a stack that did not. What is left out shows to readers as
/// lost, by the gaps in the sequence numbers.
/// </summary>
internal sealed class Shedding(Func<bool>? isOverloaded)
{
    private bool _sheds;

    /// <summary>Whether the block is to be left out.</summary>
    public bool Takes(BlockKind kind)
    {
        if (isOverloaded is null) return false;
        if (kind == BlockKind.SequencePoint) _sheds = false;
        if (kind is not (BlockKind.Event or BlockKind.Stack)) return false;
        return _sheds = _sheds || isOverloaded();
    }
}
