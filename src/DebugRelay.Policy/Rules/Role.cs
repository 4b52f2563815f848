namespace DebugRelay.Policy.Rules;

/// <summary>What its members may do, to which targets. Everything that is not named is denied.</summary>
public sealed record Role
{
    /// <summary>The role's name, as decisions and recordings give it.</summary>
    public required string Name { get; init; }

    /// <summary>Who has the role.</summary>
    public required IReadOnlyList<IdentityPattern> Members { get; init; }

    /// <summary>
    /// Which processes, and on which hosts; one match suffices, and an empty list matches nothing. Null, when the policy does not speak of
    /// targets: no process at all, and the host's own operations (sessions, inventory) on any host.
    /// </summary>
    public IReadOnlyList<TargetPattern>? Targets { get; init; }

    /// <summary>Operations that need nothing more.</summary>
    public IReadOnlySet<string> Allow { get; init; } = new HashSet<string>();

    /// <summary>Operations that need a grant, with what the grant needs.</summary>
    public IReadOnlyDictionary<string, GrantRequirement> WithGrant { get; init; } = new Dictionary<string, GrantRequirement>();

    /// <summary>What an emergency allows, if anything.</summary>
    public BreakGlassRule? BreakGlass { get; init; }

    /// <summary>Operations that run only while another person watches them.</summary>
    public IReadOnlySet<string> Observe { get; init; } = new HashSet<string>();

    /// <summary>The role's limits, complete: what the policy leaves out is the default.</summary>
    public RoleLimits Limits { get; init; } = RoleLimits.Default;

    /// <summary>Whether a request without a reason is denied.</summary>
    public bool RequireReason { get; init; }
}

/// <summary>What a grant needs before it opens an operation.</summary>
/// <param name="Approvers">Distinct approver identities, the requester excluded; at least 1.</param>
public sealed record GrantRequirement(int Approvers);

/// <summary>Operations allowed without a grant in an emergency.</summary>
/// <param name="Allow">The operations; never <c>unscrubbed</c>.</param>
/// <param name="For">How long an emergency lasts, from its first operation on; all of one identity's on a host are one.</param>
/// <param name="Again">From the beginning of an emergency to the next that the same identity may declare on the host.</param>
/// <param name="AnnounceBestEffort">Whether the operation may begin before an off-host sink has acknowledged the announcement.</param>
public sealed record BreakGlassRule(IReadOnlySet<string> Allow, TimeSpan For, TimeSpan Again, bool AnnounceBestEffort);
