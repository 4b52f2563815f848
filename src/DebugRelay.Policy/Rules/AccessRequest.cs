namespace DebugRelay.Policy.Rules;

/// <summary>What is asked of the policy.</summary>
public sealed record AccessRequest
{
    /// <summary>One of <see cref="Operations"/>; an unknown name is denied.</summary>
    public required string Operation { get; init; }

    /// <summary>Whether the data are asked for without scrubbing.</summary>
    public bool Unscrubbed { get; init; }

    /// <summary>
    /// On what. For an operation of the host, only its <see cref="AccessTarget.Host"/> need be set; <c>process.list</c> with a process
    /// asks whether the caller may see that one.
    /// </summary>
    public AccessTarget? Target { get; init; }

    /// <summary>Why, in the caller's words; may be missing unless a role requires it.</summary>
    public string? Reason { get; init; }

    /// <summary>The incident, in the caller's words; an emergency needs one.</summary>
    public string? Incident { get; init; }

    /// <summary>The grant that was offered, judged for this very request; null when none was.</summary>
    public Approval? Approval { get; init; }

    /// <summary>When the session began, in which it is asked: a role gives nothing in one that is older than the role's sessions. Null: now.</summary>
    public DateTimeOffset? Since { get; init; }

    /// <summary>Whether the caller declares an emergency, and so asks for what the role's <c>breakGlass</c> allows.</summary>
    public bool BreakGlass { get; init; }
}

/// <summary>A process as the host itself knows it (from <c>/proc</c>, never from the process); null is "not known".</summary>
public sealed record AccessTarget
{
    /// <summary>The host's name.</summary>
    public string? Host { get; init; }

    /// <summary>The process id.</summary>
    public int? Pid { get; init; }

    /// <summary>The start time in clock ticks since boot, which tells a process from a later one with its id.</summary>
    public ulong? StartTime { get; init; }

    /// <summary>The process's name.</summary>
    public string? Name { get; init; }

    /// <summary>The name of the user who runs it.</summary>
    public string? User { get; init; }

    /// <summary>The container's name; null when the process is in none.</summary>
    public string? Container { get; init; }

    internal bool NamesProcess => Pid is not null || Name is not null || User is not null || Container is not null;

    /// <summary>As reasons name it: <c>Payments (pid 42, user payments) on db-1</c>.</summary>
    public override string ToString()
    {
        string host = Host ?? "this host";
        if (!NamesProcess) return host;
        string[] details = [.. Details()];
        string process = Name is null ? "a process" : Printable(Name);
        return details.Length == 0 ? $"{process} on {host}" : $"{process} ({string.Join(", ", details)}) on {host}";
    }

    private IEnumerable<string> Details()
    {
        if (Pid is { } pid) yield return $"pid {pid}";
        if (User is { } user) yield return $"user {Printable(user)}";
        if (Container is { } container) yield return $"container {Printable(container)}";
    }

    // A process names itself: what it writes must not act on a terminal or forge a line of a log.
    private static string Printable(string name) => string.Concat(name.Select(c => c is >= ' ' and <= '~' ? c : '?'));
}
