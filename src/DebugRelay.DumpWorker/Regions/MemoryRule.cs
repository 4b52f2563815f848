namespace DebugRelay.DumpWorker.Regions;

/// <summary>What of a range of memory gets into the sanitised dump. Later rules overrule earlier ones where ranges overlap.</summary>
internal enum MemoryRule
{
    /// <summary>Only the bytes that the debugger's library was seen to read, of text only known names; the rest is zero.</summary>
    Recorded,

    /// <summary>All of it: pages of programs and libraries that the process could not write to.</summary>
    Image,

    /// <summary>All of it, but of text outside code only known names: the runtime's own heaps of types, methods and code.</summary>
    RuntimeHeap,

    /// <summary>Nothing: what lies below a thread's stack pointer, whatever the process's own structures say that it is.</summary>
    DeadStack,

    /// <summary>Words that are pointers or small numbers.</summary>
    Stack,

    /// <summary>Nothing.</summary>
    Nothing,

    /// <summary>Objects, as the heap's own copier writes them; the rest is zero.</summary>
    ManagedHeap,

    /// <summary>Of the words that were read, those that are pointers or small: a part of the managed heap in which objects could not be found.</summary>
    PartialHeap,
}
