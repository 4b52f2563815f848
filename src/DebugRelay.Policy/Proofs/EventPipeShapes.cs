using DebugRelay.Policy.Rules;

namespace DebugRelay.Policy.Proofs;

/// <summary>
/// What an event-pipe session may ask for to count as one of the narrow operations: by provider the most of its keywords. What does not fit any is a
/// trace. Host and client use the one list: the host to judge, the client to choose what to ask for.
/// </summary>
public static class EventPipeShapes
{
    /// <summary>The runtime's events.</summary>
    public const string Runtime = "Microsoft-Windows-DotNETRuntime";

    /// <summary>Samples of all managed stacks, some hundred times a second.</summary>
    public const string SampleProfiler = "Microsoft-DotNETCore-SampleProfiler";

    /// <summary>What a process logs by ILogger.</summary>
    public const string Logging = "Microsoft-Extensions-Logging";

    /// <summary>Runtime keyword: collect the heap when the session starts. A cost to the target, so it belongs to <see cref="Operations.GcDump"/> alone.</summary>
    public const ulong CollectHeap = 0x80_0000;

    /// <summary>Runtime keyword: exceptions, thrown and caught.</summary>
    public const ulong Exceptions = 0x8000;

    /// <summary>Runtime keyword: methods as they are compiled, with their names and addresses.</summary>
    public const ulong CompiledMethods = 0x10;

    // GC, Type, GCHeapDump, GCHeapCollect, GCHeapAndTypeNames.
    private const ulong HeapGraph = 0x1 | 0x8_0000 | 0x10_0000 | CollectHeap | 0x100_0000;

    private const ulong Any = ulong.MaxValue;

    private static readonly Dictionary<string, Dictionary<string, ulong>> Shapes = new(StringComparer.Ordinal)
    {
        [Operations.Stacks] = new(StringComparer.Ordinal) { [SampleProfiler] = Any },
        [Operations.Logs] = new(StringComparer.Ordinal) { [Logging] = Any },
        [Operations.Exceptions] = new(StringComparer.Ordinal) { [Runtime] = Exceptions | CompiledMethods },
        // Tools open a session of the profiler first, which makes the runtime forget the types that it has told already.
        [Operations.GcDump] = new(StringComparer.Ordinal) { [Runtime] = HeapGraph, [SampleProfiler] = Any },
    };

    /// <summary>Whether <paramref name="operation"/> has a list here.</summary>
    public static bool Has(string operation) => Shapes.ContainsKey(operation);

    /// <summary>What an operation's list does not have, in one clause; null where all fits, or the operation has no list.</summary>
    public static string? ProblemFor(string operation, EventProvider provider)
    {
        if (!Shapes.TryGetValue(operation, out Dictionary<string, ulong>? shape))
            return null;
        if (!shape.TryGetValue(provider.Name, out ulong most))
            return $"{operation} has no provider {provider.Name}";
        ulong beyond = provider.Keywords & ~most;
        return beyond == 0 ? null : $"{operation} has of {provider.Name} no keywords 0x{beyond:x}";
    }

    /// <summary>The operations that these providers fit, narrowest first; a trace, which fits nearly all, last.</summary>
    public static IReadOnlyList<string> Fitting(IReadOnlyList<EventProvider> providers)
        => [.. Narrow.Where(operation => providers.All(provider => ProblemFor(operation, provider) is null)), Operations.Trace];

    private static readonly string[] Narrow = [Operations.Stacks, Operations.Exceptions, Operations.Logs, Operations.GcDump];
}
