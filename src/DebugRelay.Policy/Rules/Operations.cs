using System.Collections.Frozen;

namespace DebugRelay.Policy.Rules;

/// <summary>What an operation is asked of.</summary>
public enum OperationScope
{
    /// <summary>The host: needs no process.</summary>
    Host,

    /// <summary>One process: a request without a target is denied.</summary>
    Process,

    /// <summary>Not an operation by itself; it changes another one.</summary>
    Modifier,
}

/// <summary>The names of the operations, in the one place where they are written.</summary>
public static class Operations
{
    /// <summary>List processes; asked once for the host and once for each process, so that a caller sees only what he may.</summary>
    public const string ProcessList = "process.list";

    /// <summary>The runtime's version, command line and architecture of a process.</summary>
    public const string ProcessInfo = "process.info";

    /// <summary>A process's environment, scrubbed.</summary>
    public const string ProcessEnvironment = "process.environment";

    /// <summary>EventCounters and meters.</summary>
    public const string Counters = "counters";

    /// <summary>Any other event-pipe session.</summary>
    public const string Trace = "trace";

    /// <summary>Stacks of all threads, from a short sample.</summary>
    public const string Stacks = "stacks";

    /// <summary>The heap's types and their graph, without contents.</summary>
    public const string GcDump = "gcdump";

    /// <summary>ILogger messages.</summary>
    public const string Logs = "logs";

    /// <summary>Exceptions as they are thrown.</summary>
    public const string Exceptions = "exceptions";

    /// <summary>A dump of stacks and modules.</summary>
    public const string DumpMini = "dump.mini";

    /// <summary>A mini dump without paths and personal data.</summary>
    public const string DumpTriage = "dump.triage";

    /// <summary>A dump with the managed heap.</summary>
    public const string DumpHeap = "dump.heap";

    /// <summary>A dump of all memory.</summary>
    public const string DumpFull = "dump.full";

    /// <summary>The host's debug surfaces.</summary>
    public const string Inventory = "inventory";

    /// <summary>List the agent's live sessions.</summary>
    public const string SessionList = "session.list";

    /// <summary>See the data of another's session.</summary>
    public const string SessionWatch = "session.watch";

    /// <summary>End another's session.</summary>
    public const string SessionKill = "session.kill";

    /// <summary>A modifier: the operation's data without scrubbing. Never without a grant.</summary>
    public const string Unscrubbed = "unscrubbed";

    private static readonly FrozenDictionary<string, OperationScope> Scopes = new Dictionary<string, OperationScope>
    {
        [ProcessList] = OperationScope.Host,
        [ProcessInfo] = OperationScope.Process,
        [ProcessEnvironment] = OperationScope.Process,
        [Counters] = OperationScope.Process,
        [Trace] = OperationScope.Process,
        [Stacks] = OperationScope.Process,
        [GcDump] = OperationScope.Process,
        [Logs] = OperationScope.Process,
        [Exceptions] = OperationScope.Process,
        [DumpMini] = OperationScope.Process,
        [DumpTriage] = OperationScope.Process,
        [DumpHeap] = OperationScope.Process,
        [DumpFull] = OperationScope.Process,
        [Inventory] = OperationScope.Host,
        [SessionList] = OperationScope.Host,
        [SessionWatch] = OperationScope.Host,
        [SessionKill] = OperationScope.Host,
        [Unscrubbed] = OperationScope.Modifier,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private static readonly FrozenSet<string> EventPipe =
        new[] { Counters, Trace, Stacks, GcDump, Logs, Exceptions }.ToFrozenSet(StringComparer.Ordinal);

    private static readonly FrozenSet<string> Harmless =
        new[] { ProcessList, ProcessInfo, Counters, Inventory, SessionList, SessionKill }.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All known names.</summary>
    public static IReadOnlyCollection<string> All => Scopes.Keys;

    /// <summary>Whether the name is known, exactly as written.</summary>
    public static bool IsKnown(string operation) => Scopes.ContainsKey(operation);

    /// <summary>Whether the operation is carried out by an event-pipe session, and so takes providers.</summary>
    public static bool IsEventPipe(string operation) => EventPipe.Contains(operation);

    /// <summary>Whether the operation shows names and numbers alone, or takes access away: what a policy may let go on with a stale revocation list.</summary>
    public static bool IsHarmless(string operation) => Harmless.Contains(operation);

    /// <summary>Whether the operation writes a dump, and so counts against a role's <c>dumps</c>.</summary>
    public static bool IsDump(string operation) => operation.StartsWith("dump.", StringComparison.Ordinal);

    /// <summary>What the operation is asked of.</summary>
    /// <exception cref="KeyNotFoundException">The operation is not known.</exception>
    public static OperationScope ScopeOf(string operation) => Scopes[operation];
}
