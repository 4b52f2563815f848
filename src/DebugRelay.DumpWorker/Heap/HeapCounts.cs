namespace DebugRelay.DumpWorker.Heap;

/// <summary>What was done with the objects of a heap.</summary>
internal sealed class HeapCounts
{
    /// <summary>Strings masked.</summary>
    public long Strings { get; set; }

    /// <summary>Their characters.</summary>
    public long Characters { get; set; }

    /// <summary>The program's literals that were kept.</summary>
    public long Literals { get; set; }

    /// <summary>Arrays without references, zeroed.</summary>
    public long Arrays { get; set; }

    /// <summary>Their bytes.</summary>
    public long ArrayBytes { get; set; }

    /// <summary>Objects of which only references were kept.</summary>
    public long MaskedObjects { get; set; }

    /// <summary>Bytes of free space, zeroed.</summary>
    public long FreeBytes { get; set; }

    /// <summary>Bytes behind a place where no object was found; zeroed.</summary>
    public long Unwalked { get; set; }
}
