namespace DebugRelay.Protocol.Messages;

/// <summary>The result of `process.list`: the processes that the caller may see.</summary>
/// <param name="Processes">Ordered by pid.</param>
public sealed record ProcessList(ListedProcess[] Processes);

/// <summary>A process and what the caller may do with it.</summary>
/// <param name="Process">The process.</param>
/// <param name="Operations">The operations that the policy allows on it.</param>
/// <param name="WithGrant">Those that it allows with a grant.</param>
/// <param name="BreakGlass">Those that it allows in an emergency.</param>
public sealed record ListedProcess(TargetProcess Process, string[] Operations, string[]? WithGrant = null, string[]? BreakGlass = null);

/// <summary>The result of `process.info`: what the runtime says of itself, scrubbed.</summary>
/// <param name="Pid">As the process sees itself: in a container another than the host's.</param>
/// <param name="RuntimeId">The runtime instance's GUID.</param>
/// <param name="CommandLine">Scrubbed.</param>
/// <param name="OperatingSystem">For instance `Linux`.</param>
/// <param name="Architecture">For instance `x64`.</param>
/// <param name="EntryAssembly">The managed entry point's assembly.</param>
/// <param name="RuntimeVersion">For instance `10.0.12`.</param>
/// <param name="RuntimeIdentifier">For instance `linux-x64`.</param>
public sealed record ProcessDetails(
    long Pid, Guid RuntimeId, string CommandLine, string OperatingSystem, string Architecture, string EntryAssembly, string RuntimeVersion, string RuntimeIdentifier);
