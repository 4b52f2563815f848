using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Proofs;
using DebugRelay.Protocol.Messages;

namespace DebugRelay.Cli.Connection;

/// <summary>What the user wants done; it becomes a signed request when it is sent.</summary>
/// <param name="Name">The operation's name, for instance `trace`.</param>
/// <param name="Target">The process; null for operations on the host.</param>
/// <param name="EventPipe">What to trace; null for operations that trace nothing.</param>
internal sealed record OperationOrder(string Name, TargetProcess? Target = null, EventPipeOrder? EventPipe = null)
{
    /// <summary>Whether the data are wanted without scrubbing; they come encrypted to this session.</summary>
    public bool Unscrubbed { get; init; }

    /// <summary>How a dump is to be; null for every other operation.</summary>
    public DumpParameters? Dump { get; init; }

    /// <summary>The session to watch; null for every other operation.</summary>
    public string? Watch { get; init; }

    /// <summary>The session to end; null for every other operation.</summary>
    public string? Kill { get; init; }
}

/// <summary>What the user brings along for operations that need more than his roles.</summary>
/// <param name="Grant">A grant; it is sent with the operations that it names.</param>
/// <param name="BreakGlass">Whether an emergency is declared.</param>
internal sealed record Claim(GrantFiles? Grant = null, bool BreakGlass = false)
{
    /// <summary>The grant, where it speaks of the operation.</summary>
    public GrantFiles? GrantFor(string operation)
        => Grant is not null && GrantCheck.Parse(Grant).Scope.Operations.Contains(operation) ? Grant : null;
}

/// <summary>One EventPipe session.</summary>
/// <param name="Providers">At least one.</param>
/// <param name="BufferMegabytes">The target's buffer.</param>
/// <param name="Rundown">Whether the target lists its methods at the end, so that stacks have names.</param>
/// <param name="Duration">How long; null: until it is stopped.</param>
/// <param name="Stacks">Whether events come with their stacks, which cost the target time.</param>
internal sealed record EventPipeOrder(IReadOnlyList<TraceProvider> Providers, int BufferMegabytes, bool Rundown, TimeSpan? Duration, bool Stacks = true)
{
    /// <summary>What the target needs for a few seconds' events, where the user does not say.</summary>
    public const int DefaultBufferMegabytes = 64;
}

/// <summary>One provider of events, as the target's runtime takes it.</summary>
/// <param name="Name">The event source's name.</param>
/// <param name="Keywords">Which events; all bits: all.</param>
/// <param name="Level">0 always, 1 critical … 5 verbose.</param>
/// <param name="Arguments">`key=value;key=value`; null where there are none.</param>
internal sealed record TraceProvider(string Name, ulong Keywords, int Level, string? Arguments = null);
