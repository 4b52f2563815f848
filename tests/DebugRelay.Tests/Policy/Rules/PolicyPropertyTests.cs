using CsCheck;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Rules;

/// <summary>Whatever the policy and the request: with a rule less, nothing more is allowed, for no longer, in no larger amount, and not unwatched.</summary>
public class PolicyPropertyTests
{
    private static readonly DateTimeOffset Now = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] People = ["spiffe://d/eng/a", "spiffe://d/eng/b", "spiffe://d/lead/a", "cn:a"];
    private static readonly string[] Patterns = ["spiffe://d/eng/*", "spiffe://d/*/a", "spiffe://d/eng/a", "spiffe://d/lead/a", "cn:a"];
    private static readonly string[] Globs = ["*", "A*", "?", "AB", "B*"];
    private static readonly string[] Names = ["A", "AB", "B", "C"];
    private static readonly string[] SomeOperations = ["process.list", "process.info", "trace", "dump.heap", "session.list", "session.kill"];

    private static readonly Gen<AccessTarget> GenAccessed = Gen.Select(
        Any(Names), Any(Names), Any(Names), Any(Names), (host, process, user, container) => new AccessTarget { Host = host, Name = process, User = user, Container = container });

    private static readonly Gen<Approval?> GenApproval = Gen.Select(Gen.Int[0, 4], Gen.Int[-5, 20], Gen.Int[-5, 20], Gen.Bool,
        (approvers, minutes, certificates, offered) => !offered ? null : new Approval
        {
            Grant = "g",
            Approvers = [.. Enumerable.Range(0, approvers).Select(i => Identity($"cn:approver{i}"))],
            ApproversUntil = [.. Enumerable.Range(0, approvers).Select(i => Now.AddMinutes(certificates + i))],
            NotAfter = Now.AddMinutes(minutes),
            Problem = minutes <= 0 ? "is over" : null,
        });

    private static readonly Gen<AccessRequest> GenRequest = Gen.Select(
        Any(SomeOperations), GenAccessed, GenApproval, Gen.Int[0, 15], Gen.Int[0, 10],
        (operation, target, approval, flags, age) => new AccessRequest
        {
            Operation = operation,
            Since = Now.AddMinutes(-age / 2),
            Target = Operations.ScopeOf(operation) == OperationScope.Host && operation != "process.list" ? new AccessTarget { Host = target.Host } : target,
            Approval = approval,
            Unscrubbed = operation == "trace" && (flags & 1) != 0,
            BreakGlass = (flags & 2) != 0,
            Reason = (flags & 4) != 0 ? "slow" : null,
            Incident = (flags & 8) != 0 ? "INC-1" : null,
        });

    private static readonly Gen<TargetPattern> GenTarget = Gen.Select(GenGlob(), GenGlob(), GenGlob(), GenGlob(),
        (host, process, user, container) => new TargetPattern { Host = host, Process = process, User = user, Container = container });

    private static readonly Gen<RoleLimits> GenLimits = Gen.Select(Gen.Int[1, 9], Gen.Int[1, 9], Gen.Int[0, 9], Any(Globs).Array[0, 3],
        (minutes, sessions, dumps, providers) => new RoleLimits
        {
            Session = TimeSpan.FromMinutes(minutes),
            Sessions = sessions,
            Dumps = dumps,
            Providers = new ProviderRules { Patterns = [.. providers.Select(name => new ProviderPattern(new Glob(name.ToLowerInvariant()), (ulong)minutes))] },
        });

    private static readonly Gen<Dictionary<string, GrantRequirement>> GenWithGrant =
        Gen.Select(Any([.. SomeOperations, "unscrubbed"]), Gen.Int[1, 3]).Array[0, 4].Select(all =>
            all.DistinctBy(each => each.Item1).ToDictionary(each => each.Item1, each => new GrantRequirement(each.Item2)));

    private static readonly Gen<BreakGlassRule?> GenBreakGlass = Gen.Select(Any(SomeOperations).Array[0, 3], Gen.Int[1, 9], Gen.Bool,
        (allow, minutes, has) => has ? new BreakGlassRule(allow.ToHashSet(), TimeSpan.FromMinutes(minutes), TimeSpan.FromHours(minutes), false) : null);

    private static readonly Gen<Role> GenRole = Gen.Select(
        Any(Patterns).Array[0, 3], GenTarget.Array[0, 3], Gen.Select(Any(SomeOperations).Array[0, 3], GenWithGrant, GenBreakGlass, Any(SomeOperations).Array[0, 3]), GenLimits, Gen.Bool,
        (members, targets, operations, limits, reason) => new Role
        {
            Name = "r",
            Members = [.. members.Select(each => IdentityPattern.TryParse(each, out _)!)],
            Targets = targets,
            Allow = operations.Item1.ToHashSet(),
            WithGrant = operations.Item2.Where(each => !operations.Item1.Contains(each.Key)).ToDictionary(),
            BreakGlass = operations.Item3,
            Observe = operations.Item4.ToHashSet(),
            Limits = limits,
            RequireReason = reason,
        });

    private static readonly Gen<PolicyDocument> GenPolicy = GenRole.Array[1, 4].Select(roles =>
        new PolicyDocument { Roles = [.. roles.Select((role, i) => role with { Name = $"r{i}" })] });

    [Fact]
    public void No_policy_with_fewer_rules_allows_more() => Gen.Select(GenPolicy, Any(People), GenRequest).Sample(
        (policy, who, request) =>
        {
            Decision more = PolicyEngine.Decide(policy, Identity(who), request, Now);
            return WithOneLess(policy).All(fewer => Allows(more, PolicyEngine.Decide(fewer, Identity(who), request, Now)));
        },
        iter: 3000);

    [Fact]
    public void What_is_offered_besides_never_makes_less_of_what_there_is() => Gen.Select(GenPolicy, Any(People), GenRequest).Sample(
        (policy, who, request) =>
        {
            Decision with = PolicyEngine.Decide(policy, Identity(who), request, Now);
            return Allows(with, PolicyEngine.Decide(policy, Identity(who), request with { Approval = null }, Now))
                && Allows(with, PolicyEngine.Decide(policy, Identity(who), request with { BreakGlass = false }, Now));
        },
        iter: 3000);

    /// <summary>The generators reach what the properties are about: each way of being allowed, and refusals.</summary>
    [Fact]
    public void The_generated_cases_are_allowed_in_every_way_and_refused()
    {
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, byte>();
        Gen.Select(GenPolicy, Any(People), GenRequest).Sample(
            (policy, who, request) =>
            {
                Decision decision = PolicyEngine.Decide(policy, Identity(who), request, Now);
                seen[!decision.Allowed ? "refused" : decision.BreakGlass is not null ? "emergency" : decision.Grant is not null ? "grant" : decision.NeedsObserver ? "watched" : "plain"] = 0;
                return true;
            },
            iter: 10000);
        Assert.Equal(["emergency", "grant", "plain", "refused", "watched"], seen.Keys.Order());
    }

    private static bool Allows(Decision more, Decision less) => !less.Allowed
        || (more.Allowed && less.NotAfter <= more.NotAfter && more.Limits!.Cover(less.Limits!) && (less.NeedsObserver || !more.NeedsObserver));

    /// <summary>One role, member, target or operation less, each in its turn.</summary>
    private static IEnumerable<PolicyDocument> WithOneLess(PolicyDocument policy) => policy.Roles.SelectMany(role => (PolicyDocument[])
    [
        policy with { Roles = [.. policy.Roles.Where(each => each != role)] },
        .. role.Members.Select((_, i) => Replace(policy, role, role with { Members = Without(role.Members, i) })),
        .. role.Targets!.Select((_, i) => Replace(policy, role, role with { Targets = Without(role.Targets!, i) })),
        .. role.Allow.Select(operation => Replace(policy, role, role with { Allow = role.Allow.Where(each => each != operation).ToHashSet() })),
        .. role.WithGrant.Keys.Select(operation => Replace(policy, role, role with { WithGrant = role.WithGrant.Where(each => each.Key != operation).ToDictionary() })),
        .. (role.BreakGlass?.Allow ?? (IEnumerable<string>)[]).Select(operation =>
            Replace(policy, role, role with { BreakGlass = role.BreakGlass! with { Allow = role.BreakGlass.Allow.Where(each => each != operation).ToHashSet() } })),
        Replace(policy, role, role with { BreakGlass = null }),
    ]);

    private static T[] Without<T>(IReadOnlyList<T> all, int index) => [.. all.Where((_, i) => i != index)];

    private static PolicyDocument Replace(PolicyDocument policy, Role old, Role replacement) =>
        policy with { Roles = [.. policy.Roles.Select(role => ReferenceEquals(role, old) ? replacement : role)] };

    private static Gen<string> Any(string[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    private static Gen<Glob?> GenGlob() => Gen.Select(Gen.Bool, Any(Globs), (named, glob) => named ? new Glob(glob) : null);

    private static PeerIdentity Identity(string text) => PeerIdentity.TryParse(text, out PeerIdentity? identity, out string problem)
        ? identity
        : throw new ArgumentException(problem, nameof(text));
}
