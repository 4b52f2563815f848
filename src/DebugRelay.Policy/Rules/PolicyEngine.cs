using DebugRelay.Policy.Identity;

namespace DebugRelay.Policy.Rules;

/// <summary>Decides, purely: the same inputs give the same answer in the agent, in the broker and offline. What no rule allows is denied.</summary>
public static class PolicyEngine
{
    /// <summary>The identity's roles, in the order of the document.</summary>
    public static IReadOnlyList<Role> RolesOf(PolicyDocument policy, PeerIdentity identity) =>
        [.. policy.Roles.Where(role => role.Members.Any(pattern => pattern.Matches(identity)))];

    /// <summary>The limits of the identity's sessions: the widest of each among his roles; null when he has none, and so no session either.</summary>
    public static RoleLimits? LimitsOf(PolicyDocument policy, PeerIdentity identity) => Widest(RolesOf(policy, identity));

    /// <summary>Whether <paramref name="identity"/> may do what is asked, at <paramref name="now"/>.</summary>
    public static Decision Decide(PolicyDocument policy, PeerIdentity identity, AccessRequest request, DateTimeOffset now)
    {
        if (Refusal(request) is { } refusal) return Denied(refusal);
        IReadOnlyList<Role> roles = RolesOf(policy, identity);
        if (roles.Count == 0) return Denied($"{identity} has no role");

        Role[] reaching = [.. roles.Where(role => Reaches(role, request))];
        Role[] allowing = [.. reaching.Where(role => Requirement(role, request) == 0)];
        Role[] answering = [.. allowing.Where(role => !role.RequireReason || !string.IsNullOrWhiteSpace(request.Reason))];
        if (answering.Length > 0) return Allowed(answering, request, now);
        if (allowing.Length > 0) return Denied($"role {allowing[0].Name} asks for a reason", allowing[0]);
        return reaching.Where(role => Requirement(role, request) is not null).MinBy(role => Requirement(role, request)) is { } granting
            ? NeedsGrant(granting, request)
            : Denied($"no role of {identity} allows {Shown(request)}{On(request)}");
    }

    private static string? Refusal(AccessRequest request)
    {
        if (!Operations.IsKnown(request.Operation)) return "the operation is not known";
        return Operations.ScopeOf(request.Operation) switch
        {
            OperationScope.Modifier => $"{request.Operation} is no operation by itself",
            OperationScope.Process when request.Target is not { NamesProcess: true } => $"{request.Operation} needs a process",
            _ => null,
        };
    }

    private static bool Reaches(Role role, AccessRequest request)
    {
        if (request.Target is { NamesProcess: true } process) return role.Targets?.Any(pattern => pattern.Matches(process)) ?? false;
        return role.Targets?.Any(pattern => pattern.MatchesHost(request.Target?.Host)) ?? true;
    }

    /// <summary>Approvers that the role asks for: 0 when it allows the request as it is, null when it does not allow it at all.</summary>
    private static int? Requirement(Role role, AccessRequest request)
    {
        int? operation = Requirement(role, request.Operation);
        if (!request.Unscrubbed) return operation;
        int? modifier = role.WithGrant.GetValueOrDefault(Operations.Unscrubbed)?.Approvers;
        return operation is null || modifier is null ? null : Math.Max(operation.Value, modifier.Value);
    }

    private static int? Requirement(Role role, string operation) =>
        role.Allow.Contains(operation) ? 0 : role.WithGrant.GetValueOrDefault(operation)?.Approvers;

    private static Decision Allowed(Role[] roles, AccessRequest request, DateTimeOffset now)
    {
        RoleLimits limits = Widest(roles)!;
        return new Decision
        {
            Allowed = true,
            Reason = $"role {roles[0].Name} allows {request.Operation}",
            Role = roles[0].Name,
            Limits = limits,
            NotAfter = now + limits.Session,
        };
    }

    // Grants and the emergency's rule open this door; until a request can carry them, it stays shut.
    private static Decision NeedsGrant(Role role, AccessRequest request) =>
        Denied($"role {role.Name} allows {Shown(request)} only with a grant", role) with { ApproversNeeded = Requirement(role, request) };

    private static Decision Denied(string reason, Role? role = null) => new() { Allowed = false, Reason = reason, Role = role?.Name };

    private static RoleLimits? Widest(IReadOnlyList<Role> roles) =>
        roles.Count == 0 ? null : roles.Select(role => role.Limits).Aggregate((one, other) => one.Widest(other));

    private static string Shown(AccessRequest request) => request.Unscrubbed ? $"{request.Operation} {Operations.Unscrubbed}" : request.Operation;

    private static string On(AccessRequest request) => request.Target is null ? "" : $" on {request.Target}";
}
