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

/// <summary>The result of `session.list`: the sessions that run on the host.</summary>
/// <param name="Sessions">Ordered by when they were opened.</param>
/// <param name="Problems">One line for each file of the host (policy, revocation list, deny list) whose newest content was refused.</param>
public sealed record SessionList(ListedSession[] Sessions, string[] Problems);

/// <summary>A session that runs.</summary>
/// <param name="Session">Its id.</param>
/// <param name="Identity">Who opened it.</param>
/// <param name="Opened">When.</param>
/// <param name="NotAfter">When it ends at the latest.</param>
/// <param name="Reason">Why, in his words; null where he gave none.</param>
/// <param name="Incident">The incident; null where he named none.</param>
/// <param name="Operations">What it runs now.</param>
public sealed record ListedSession(
    string Session, string Identity, DateTimeOffset Opened, DateTimeOffset NotAfter, string? Reason, string? Incident, ListedOperation[] Operations);

/// <summary>An operation that runs.</summary>
/// <param name="Number">Its number in the session.</param>
/// <param name="Operation">Its name.</param>
/// <param name="Pid">The process.</param>
/// <param name="Process">The process's name.</param>
public sealed record ListedOperation(ulong Number, string Operation, int? Pid, string? Process);

/// <summary>The result of `session.kill`.</summary>
/// <param name="Session">The session that was ended.</param>
/// <param name="Identity">Whose it was.</param>
public sealed record KilledSession(string Session, string Identity);

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

/// <summary>The result of `process.environment`: what the process was started with, scrubbed.</summary>
/// <param name="Variables">In the process's order.</param>
public sealed record ProcessEnvironment(EnvironmentVariable[] Variables);

/// <summary>One variable.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value, masked unless its name is known to be harmless.</param>
public sealed record EnvironmentVariable(string Name, string Value);
