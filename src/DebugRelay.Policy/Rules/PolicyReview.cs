namespace DebugRelay.Policy.Rules;

/// <summary>One thing in a policy that is written but does nothing, or not what it seems to.</summary>
/// <param name="Rule">A short name, such as <c>unreachable</c>; it stays the same from version to version.</param>
/// <param name="Path">Where, such as <c>roles.oncall.targets[1]</c>.</param>
/// <param name="Problem">One clause.</param>
public sealed record PolicyFinding(string Rule, string Path, string Problem);

/// <summary>
/// Reads a valid policy as a reviewer does: what can never apply, what makes another rule void, what contradicts itself. What is no valid policy
/// is refused before, by <see cref="PolicyDocument.Parse"/>.
/// </summary>
public static class PolicyReview
{
    /// <summary>The findings, in the order of the document.</summary>
    public static IReadOnlyList<PolicyFinding> Review(PolicyDocument policy) =>
    [
        .. policy.Roles.SelectMany(role => OfRole(policy, role)),
        .. OfPeople(policy),
    ];

    private static IEnumerable<PolicyFinding> OfRole(PolicyDocument policy, Role role)
    {
        string path = $"roles.{role.Name}";
        IEnumerable<PolicyFinding> findings =
        [
            .. OfMembers(role.Members, $"{path}.members"),
            .. OfTargets(role, path),
            .. OfOperations(policy, role, path),
            .. OfLimits(role, $"{path}.limits"),
        ];
        return findings;
    }

    private static IEnumerable<PolicyFinding> OfMembers(IReadOnlyList<IdentityPattern> members, string path)
    {
        if (members.Count == 0) yield return new PolicyFinding("no-members", path, "nobody is a member");
        for (int i = 0; i < members.Count; i++)
        {
            IdentityPattern? wider = members.Where((other, at) => at != i && other.Covers(members[i]) && (at < i || !members[i].Covers(other))).FirstOrDefault();
            if (wider is not null) yield return new PolicyFinding("unreachable", $"{path}[{i}]", $"{members[i]} is named by {wider} already");
        }
    }

    private static IEnumerable<PolicyFinding> OfTargets(Role role, string path)
    {
        string[] onProcesses = [.. Named(role).Where(operation => Operations.ScopeOf(operation) == OperationScope.Process).Distinct()];
        if (role.Targets is null && onProcesses.Length > 0)
        {
            yield return new PolicyFinding("unreachable", path, $"there are no \"targets\", so {onProcesses[0]} reaches no process; {{}} as a target means any");
        }
        if (role.Targets is { Count: 0 }) yield return new PolicyFinding("never-matches", $"{path}.targets", "an empty list matches nothing, not even the host itself");
        IReadOnlyList<TargetPattern> targets = role.Targets ?? [];
        for (int i = 0; i < targets.Count; i++)
        {
            string at = $"{path}.targets[{i}]";
            foreach (PolicyFinding finding in NeverMatching(targets[i], at)) yield return finding;
            TargetPattern? wider = targets.Where((other, j) => j != i && other.Covers(targets[i]) && (j < i || !targets[i].Covers(other))).FirstOrDefault();
            if (wider is not null) yield return new PolicyFinding("unreachable", at, "another target of the role matches all that this one does");
        }
    }

    /// <summary>What names can hold is known: the kernel's, and the host's.</summary>
    private static IEnumerable<PolicyFinding> NeverMatching(TargetPattern target, string path)
    {
        if (target.Host is { } host && host.Literals.Any(c => !(char.IsAsciiLetterOrDigit(c) || c is '.' or '-' or '_')))
        {
            yield return new PolicyFinding("never-matches", $"{path}.host", $"no host's name is like {host}");
        }
        if (target.Process is { } process && process.Literals.Contains('/'))
        {
            yield return new PolicyFinding("never-matches", $"{path}.process", $"a process's name has no '/': {process} is a path");
        }
        if (target.User is { } user && user.Literals.Any(c => c is ':' or '/' or ' '))
        {
            yield return new PolicyFinding("never-matches", $"{path}.user", $"no user's name is like {user}");
        }
        if (target is { User.Pattern: "", } or { Process.Pattern: "" } or { Host.Pattern: "" })
        {
            yield return new PolicyFinding("never-matches", path, "an empty name matches nothing");
        }
    }

    private static IEnumerable<PolicyFinding> OfOperations(PolicyDocument policy, Role role, string path)
    {
        if (!Named(role).Any()) yield return new PolicyFinding("allows-nothing", path, "the role allows no operation");
        foreach ((string operation, GrantRequirement requirement) in role.WithGrant)
        {
            string at = $"{path}.withGrant.{operation}";
            if (policy.Approvers.Count == 0)
            {
                yield return new PolicyFinding("unreachable", at, "there are no \"approvers\", so nobody can grant it");
            }
            else if (policy.Approvers.All(approver => approver.IsExact) && policy.Approvers.Distinct().Count() < requirement.Approvers)
            {
                yield return new PolicyFinding("unreachable", at, $"it needs {requirement.Approvers} approvers, and \"approvers\" names {policy.Approvers.Distinct().Count()}");
            }
            if (policy.Roles.FirstOrDefault(other => other != role && other.Allow.Contains(operation) && Encloses(other, role)) is { } open)
            {
                yield return new PolicyFinding("void", at, $"role {open.Name} allows {operation} to the same people without a grant");
            }
            if (operation == Operations.Unscrubbed && !Named(role).Any(each => each != Operations.Unscrubbed))
            {
                yield return new PolicyFinding("unreachable", at, "it changes another operation, and the role has none");
            }
        }
        foreach (string operation in role.BreakGlass?.Allow.Where(role.Allow.Contains) ?? [])
        {
            yield return new PolicyFinding("void", $"{path}.breakGlass.allow", $"{operation} is allowed without an emergency");
        }
        if (role.BreakGlass is not null && policy.Reviewers.Count == 0)
        {
            yield return new PolicyFinding("unreachable", $"{path}.breakGlass", "there are no \"reviewers\", so what is done in an emergency is never signed off");
        }
    }

    private static IEnumerable<PolicyFinding> OfLimits(Role role, string path)
    {
        RoleLimits limits = role.Limits;
        string[] named = [.. Named(role)];
        if (limits.Idle > limits.Session && limits.Idle != RoleLimits.Default.Idle)
        {
            yield return new PolicyFinding("contradiction", $"{path}.idle", "it is longer than the session, so it never ends one");
        }
        if (limits.Dumps == 0 && named.FirstOrDefault(Operations.IsDump) is { } dump)
        {
            yield return new PolicyFinding("contradiction", $"{path}.dumps", $"it is 0, and the role has {dump}");
        }
        if (limits.Providers.Patterns.Count == 0 && named.FirstOrDefault(Operations.IsEventPipe) is { } eventPipe)
        {
            yield return new PolicyFinding("contradiction", $"{path}.providers", $"it allows no provider, and the role has {eventPipe}");
        }
        if (role.BreakGlass is { } emergency && emergency.For > limits.Session)
        {
            yield return new PolicyFinding("contradiction", path, $"breakGlass.for is longer than the session of {limits.Session}");
        }
    }

    private static IEnumerable<PolicyFinding> OfPeople(PolicyDocument policy)
    {
        if (policy.Recordings.Operations.Values.Append(policy.Recordings.Streams).Contains(KeptStreams.Encrypted) && policy.Reviewers.Count == 0)
        {
            yield return new PolicyFinding("contradiction", "recordings", "there are no \"reviewers\" to encrypt to, so what is to be kept encrypted is refused");
        }
        if (policy.Roles.Count == 0) yield return new PolicyFinding("allows-nothing", "roles", "there is no role, so nobody may do anything");
        (string Name, IReadOnlyList<IdentityPattern> Members)[] lists =
            [("approvers", policy.Approvers), ("reviewers", policy.Reviewers), ("denySigners", policy.DenySigners)];
        foreach ((string name, IReadOnlyList<IdentityPattern> members) in lists.Where(list => list.Members.Count > 0))
        {
            foreach (PolicyFinding finding in OfMembers(members, $"{name}.members")) yield return finding;
        }
    }

    /// <summary>Whether whoever has <paramref name="inner"/> has <paramref name="outer"/> as well, on all of its targets.</summary>
    private static bool Encloses(Role outer, Role inner) =>
        inner.Members.All(member => outer.Members.Any(other => other.Covers(member)))
        && (inner.Targets ?? []).All(target => outer.Targets?.Any(other => other.Covers(target)) ?? false);

    private static IEnumerable<string> Named(Role role) => role.Allow.Concat(role.WithGrant.Keys).Concat(role.BreakGlass?.Allow ?? (IEnumerable<string>)[]);
}
