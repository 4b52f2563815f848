namespace DebugRelay.Policy.Rules;

/// <summary>The policy's answer.</summary>
public sealed record Decision
{
    /// <summary>Whether the operation may go ahead.</summary>
    public required bool Allowed { get; init; }

    /// <summary>One clause that names the rule, such as <c>role oncall allows trace</c>.</summary>
    public required string Reason { get; init; }

    /// <summary>The first role that decided; null when none speaks of the request.</summary>
    public string? Role { get; init; }

    /// <summary>What holds for the operation: the widest of each limit among the roles that allow it. Null when denied.</summary>
    public RoleLimits? Limits { get; init; }

    /// <summary>When the permission ends, at the latest. Null when denied.</summary>
    public DateTimeOffset? NotAfter { get; init; }

    /// <summary>How many approvers a grant for this request would need; null when a grant would not help or is not needed.</summary>
    public int? ApproversNeeded { get; init; }
}
