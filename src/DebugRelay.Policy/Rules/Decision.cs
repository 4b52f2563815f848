namespace DebugRelay.Policy.Rules;

/// <summary>The policy's answer.</summary>
public sealed record Decision
{
    /// <summary>No, before any rule was asked.</summary>
    public static Decision None { get; } = new() { Allowed = false, Reason = "" };

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

    /// <summary>What ends it then, as one clause. Null when denied.</summary>
    public string? EndReason { get; init; }

    /// <summary>The id of the grant without which it would be denied; null where none was needed.</summary>
    public string? Grant { get; init; }

    /// <summary>The emergency's rule, where the operation is allowed by it alone; null otherwise.</summary>
    public BreakGlassRule? BreakGlass { get; init; }

    /// <summary>Whether another person must be watching while the operation runs.</summary>
    public bool NeedsObserver { get; init; }

    /// <summary>Whether a declared emergency would allow what is denied here.</summary>
    public bool BreakGlassWouldDo { get; init; }

    /// <summary>How many approvers a grant for this request would need; null when a grant would not help or is not needed.</summary>
    public int? ApproversNeeded { get; init; }
}
