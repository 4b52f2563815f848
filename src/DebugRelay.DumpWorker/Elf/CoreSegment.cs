namespace DebugRelay.DumpWorker.Elf;

/// <summary>One range of the process's memory that the dump holds (PT_LOAD).</summary>
/// <param name="Address">Where it lay in the process.</param>
/// <param name="Length">Bytes that the file holds.</param>
/// <param name="FileOffset">Where they lie in the file.</param>
/// <param name="IsWritable">Whether the process could write to it.</param>
/// <param name="IsExecutable">Whether the process could run it.</param>
internal readonly record struct CoreSegment(ulong Address, ulong Length, long FileOffset, bool IsWritable, bool IsExecutable)
{
    /// <summary>The first address behind it.</summary>
    public ulong End => Address + Length;
}
