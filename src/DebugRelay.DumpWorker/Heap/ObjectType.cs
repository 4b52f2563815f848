namespace DebugRelay.DumpWorker.Heap;

/// <summary>What is done with an object of a type.</summary>
internal enum ObjectRule
{
    /// <summary>Fields and references stay.</summary>
    Keep,

    /// <summary>Characters are masked.</summary>
    Text,

    /// <summary>An array without references: its elements are zeroed.</summary>
    Blank,

    /// <summary>Space without an object.</summary>
    Free,

    /// <summary>An array of references: elements that can be none are zeroed.</summary>
    References,

    /// <summary>An object, or an array of structures, of which only the references stay.</summary>
    ReferencesOnly,

    /// <summary>An exception: kept, and with it the addresses in its stack trace.</summary>
    Exception,
}

/// <summary>The layout of a type's objects, and its rule.</summary>
internal sealed class ObjectType
{
    /// <summary>The type's handle in the process.</summary>
    public required ulong MethodTable { get; init; }

    /// <summary>Bytes of an object without elements, with the header before it.</summary>
    public required uint BaseSize { get; init; }

    /// <summary>Bytes of an element; 0 where there are none.</summary>
    public required uint ElementSize { get; init; }

    /// <summary>What is done with its objects.</summary>
    public required ObjectRule Rule { get; init; }

    /// <summary>Of <see cref="ObjectRule.ReferencesOnly"/>: where references lie in the object, or, in an array, in an element.</summary>
    public int[] References { get; init; } = [];

    /// <summary>Of an exception: where the reference to its stack trace lies; 0 where it has none.</summary>
    public int StackTrace { get; init; }

    /// <summary>Objects met.</summary>
    public long Count { get; set; }

    /// <summary>Bytes of them.</summary>
    public long Bytes { get; set; }
}
