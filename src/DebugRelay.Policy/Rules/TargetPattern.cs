namespace DebugRelay.Policy.Rules;

/// <summary>Which processes a role may look at; a key that is missing (null) means any.</summary>
public sealed record TargetPattern
{
    /// <summary>The host's name, in lower case; names of hosts are compared without regard to case.</summary>
    public Glob? Host { get; init; }

    /// <summary>The process's name as the kernel has it.</summary>
    public Glob? Process { get; init; }

    /// <summary>The name of the user who runs the process.</summary>
    public Glob? User { get; init; }

    /// <summary>The container's name; a process in no container counts as the empty name, which only <c>*</c> matches.</summary>
    public Glob? Container { get; init; }

    /// <summary>Whether every key matches. What is not known of a target matches no key but a missing one.</summary>
    public bool Matches(AccessTarget target) =>
        MatchesHost(target.Host)
        && MatchesPart(Process, target.Name)
        && MatchesPart(User, target.User)
        && MatchesPart(Container, target.Container ?? "");

    internal bool MatchesHost(string? host) => MatchesPart(Host, host?.ToLowerInvariant());

    /// <summary>Whether each target that <paramref name="other"/> matches is matched here.</summary>
    internal bool Covers(TargetPattern other) =>
        CoversPart(Host, other.Host) && CoversPart(Process, other.Process) && CoversPart(User, other.User) && CoversPart(Container, other.Container);

    // A missing key matches also what is not known, which no pattern does.
    private static bool CoversPart(Glob? wide, Glob? narrow) => wide is null || (narrow is not null && wide.Covers(narrow));

    private static bool MatchesPart(Glob? pattern, string? value) => pattern is null || (value is not null && pattern.Matches(value));
}
