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
        Role[] speaking = [.. reaching.Where(role => Requirement(role, request) is not null)];
        Role[] breaking = [.. reaching.Where(role => Breaks(role, request))];
        Role[] opened = [.. speaking.Where(role => Requirement(role, request) == 0 || request.Approval?.Gives(Requirement(role, request)!.Value) == true)];
        if (Widest(Ways(opened, breaking, request, now)) is { } answer) return answer;

        if (opened.Length > 0) return Answered(opened, request) is [var role, ..] ? TooLate(role) : NeedsReason(opened[0]);
        if (breaking.Length > 0 && request.BreakGlass) return EmergencyLacks(request) is { } lack ? Denied(lack, breaking[0]) : TooLate(breaking[0]);
        Decision denied = speaking.MinBy(role => Requirement(role, request)) is { } closest
            ? NeedsGrant(closest, request)
            : Denied($"no role of {identity} allows {Shown(request)}{On(request)}");
        return denied with { BreakGlassWouldDo = breaking.Length > 0 };
    }

    /// <summary>
    /// How the request can be had, each way asking more of the requester than the one before: as it is, with the grant that he offers, in the emergency
    /// that he declares.
    /// </summary>
    private static IEnumerable<Decision> Ways(Role[] opened, Role[] breaking, AccessRequest request, DateTimeOffset now)
    {
        Role[] answered = [.. Answered(opened, request).Where(role => IsYoungEnough(role, request, now))];
        Role[] plain = [.. answered.Where(role => Requirement(role, request) == 0)], granted = [.. answered.Except(plain)];
        if (plain.Length > 0) yield return Allowed(plain, request, now);
        if (granted.Length > 0) yield return WithGrant(granted, request, request.Approval!, now);
        Role[] emergency = [.. breaking.Where(role => IsYoungEnough(role, request, now))];
        if (emergency.Length > 0 && request.BreakGlass && EmergencyLacks(request) is null) yield return InEmergency(emergency, request, now);
    }

    private static bool IsYoungEnough(Role role, AccessRequest request, DateTimeOffset now) => now < (request.Since ?? now) + role.Limits.Session;

    private static Decision TooLate(Role role) => Denied($"role {role.Name} allows sessions of {role.Limits.Session} and this one is older; open another", role);

    private static Decision NeedsReason(Role role) => Denied($"role {role.Name} asks for a reason", role);

    /// <summary>
    /// All that the ways give together; what asks more is used only where it gives more. So a role that a policy has besides never makes less of what
    /// another gives.
    /// </summary>
    /// <returns>Null where there is no way.</returns>
    private static Decision? Widest(IEnumerable<Decision> ways)
    {
        Decision? widest = null;
        foreach (Decision way in ways)
        {
            if (widest is null) widest = way;
            else if (!Covers(widest, way)) widest = Joined(widest, way);
        }
        return widest;
    }

    private static bool Covers(Decision wide, Decision narrow) =>
        wide.Limits!.Cover(narrow.Limits!) && wide.NotAfter >= narrow.NotAfter && (narrow.NeedsObserver || !wide.NeedsObserver);

    private static Decision Joined(Decision one, Decision more) => more with
    {
        Limits = one.Limits!.Widest(more.Limits!),
        NotAfter = one.NotAfter > more.NotAfter ? one.NotAfter : more.NotAfter,
        EndReason = one.NotAfter > more.NotAfter ? one.EndReason : more.EndReason,
        NeedsObserver = one.NeedsObserver && more.NeedsObserver,
        Grant = more.Grant ?? one.Grant,
    };

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
        // Who may watch without being told where may watch everywhere.
        if (request.Target is { NamesProcess: true } process) return role.Targets?.Any(pattern => pattern.Matches(process)) ?? request.Operation == Operations.SessionWatch;
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

    private static Role[] Answered(Role[] roles, AccessRequest request) =>
        [.. roles.Where(role => !role.RequireReason || !string.IsNullOrWhiteSpace(request.Reason))];

    /// <summary>An emergency never lifts the scrubbing.</summary>
    private static bool Breaks(Role role, AccessRequest request) => !request.Unscrubbed && role.BreakGlass?.Allow.Contains(request.Operation) == true;

    private static Decision Allowed(Role[] roles, AccessRequest request, DateTimeOffset now)
    {
        RoleLimits limits = Widest(roles)!;
        return new Decision
        {
            Allowed = true,
            Reason = $"role {roles[0].Name} allows {Shown(request)}",
            Role = roles[0].Name,
            Limits = limits,
            NotAfter = (request.Since ?? now) + limits.Session,
            EndReason = $"role {roles[0].Name} allows no longer session",
            NeedsObserver = roles.All(role => role.Observe.Contains(request.Operation)),
        };
    }

    private static Decision WithGrant(Role[] roles, AccessRequest request, Approval approval, DateTimeOffset now)
    {
        Decision allowed = Allowed(roles, request, now);
        DateTimeOffset end = approval.EndFor(roles.Min(role => Requirement(role, request)!.Value));
        bool endsFirst = end < allowed.NotAfter;
        return allowed with
        {
            Reason = $"{allowed.Reason} with grant {approval.Grant} by {string.Join(" and ", approval.Approvers)}",
            Grant = approval.Grant,
            NotAfter = endsFirst ? end : allowed.NotAfter,
            EndReason = !endsFirst ? allowed.EndReason
                : end < approval.NotAfter ? $"the certificate of an approver of grant {approval.Grant} has ended" : $"grant {approval.Grant} is over",
        };
    }

    /// <summary>What an emergency needs and the request does not have; null when it has all.</summary>
    private static string? EmergencyLacks(AccessRequest request) =>
        string.IsNullOrWhiteSpace(request.Reason) ? "an emergency needs a reason"
        : string.IsNullOrWhiteSpace(request.Incident) ? "an emergency needs an incident"
        : null;

    /// <summary>The rule of one role alone: the times of two, taken together, would be more than either gives.</summary>
    private static Decision InEmergency(Role[] roles, AccessRequest request, DateTimeOffset now)
    {
        Role role = roles.OrderByDescending(each => each.BreakGlass!.For).ThenBy(each => each.BreakGlass!.Again).First();
        return Allowed(roles, request, now) with
        {
            Reason = $"role {role.Name} allows {request.Operation} in an emergency (break-glass)",
            Role = role.Name,
            BreakGlass = role.BreakGlass,
            NotAfter = now + role.BreakGlass!.For,
            EndReason = "the emergency's time is over",
            NeedsObserver = false,
        };
    }

    private static Decision NeedsGrant(Role role, AccessRequest request)
    {
        int approvers = Requirement(role, request)!.Value;
        string why = request.Approval is { } approval ? $": {approval.Shortfall(approvers)}" : "";
        string asked = approvers == 1 ? "a grant" : $"a grant by {approvers} approvers";
        return Denied($"role {role.Name} allows {Shown(request)} only with {asked}{why}", role) with { ApproversNeeded = approvers };
    }

    private static Decision Denied(string reason, Role? role = null) => new() { Allowed = false, Reason = reason, Role = role?.Name };

    private static RoleLimits? Widest(IReadOnlyList<Role> roles) =>
        roles.Count == 0 ? null : roles.Select(role => role.Limits).Aggregate((one, other) => one.Widest(other));

    private static string Shown(AccessRequest request) => request.Unscrubbed ? $"{request.Operation} {Operations.Unscrubbed}" : request.Operation;

    private static string On(AccessRequest request) => request.Target is null ? "" : $" on {request.Target}";
}
