using CsCheck;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Rules;

/// <summary>Each operation asked right, and then wrong in just one thing.</summary>
public class DecisionTableTests
{
    private static readonly DateTimeOffset Now = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Allowed = ["process.info", "counters", "trace", "stacks", "gcdump", "logs", "exceptions", "dump.mini"];

    private static readonly PolicyDocument Policy = PolicyDocument.Parse("""
        {
          "roles": {
            "pay": {
              "members": ["spiffe://corp.example/eng/*"],
              "targets": [{ "host": "pay-*", "process": "Payments*", "user": "payments", "container": "shop-?" }],
              "allow": ["process.info", "counters", "trace", "stacks", "gcdump", "logs", "exceptions", "dump.mini"],
              "withGrant": { "dump.heap": { "approvers": 1 } }
            }
          }
        }
        """u8);

    private static readonly Row Right = new("spiffe://corp.example/eng/alice", "", "pay-07.prod", "Payments.Api", "payments", "shop-1");

    private static readonly Dictionary<string, string?[]> Wrong = new()
    {
        ["who"] = ["spiffe://corp.example/eng", "spiffe://corp.example/eng/a/b", "spiffe://corp.example/lead/alice", "spiffe://corp.example.evil/eng/alice", "email:alice@corp.example", "cn:alice"],
        ["operation"] = ["process.environment", "dump.heap", "dump.full", "session.list", "Trace", "unscrubbed"],
        ["host"] = ["db-07.prod", "xpay-07", "pay", null],
        ["process"] = ["payments.api", "XPayments", "Payment", "sshd", null],
        ["user"] = ["Payments", "payments2", "root", null],
        ["container"] = ["shop-12", "shop-", "bank-1", null],
    };

    public static TheoryData<string, string, string?, bool> Rows()
    {
        var rows = new TheoryData<string, string, string?, bool>();
        foreach (string operation in Allowed)
        {
            rows.Add(operation, "nothing", null, true);
            foreach ((string dimension, string?[] values) in Wrong)
            {
                foreach (string? value in values) rows.Add(operation, dimension, value, false);
            }
        }
        return rows;
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Right_once_then_wrong_in_one_thing(string operation, string dimension, string? value, bool allowed)
    {
        Row row = Right with { Operation = operation };
        row = dimension switch
        {
            "who" => row with { Who = value! },
            "operation" => row with { Operation = value! },
            "host" => row with { Host = value },
            "process" => row with { Process = value },
            "user" => row with { User = value },
            "container" => row with { Container = value },
            _ => row,
        };

        Decision decision = Decide(Policy, row);

        Assert.Equal(allowed, decision.Allowed);
        Assert.Equal(allowed ? $"role pay allows {operation}" : decision.Reason, decision.Reason);
        Assert.NotEqual("", decision.Reason);
    }

    [Fact]
    public void The_table_has_enough_rows() => Assert.True(Rows().Count >= 150);

    /// <summary>Whatever the policy and the request: with a rule less, nothing more is allowed, for no longer, and in no larger amount.</summary>
    [Fact]
    public void No_policy_with_fewer_rules_allows_more() => Gen.Select(GenPolicy, GenRow, Gen.Int[0, 1000], Gen.Bool).Sample((policy, row, which, reason) =>
    {
        PolicyDocument fewer = WithoutOne(policy, which);
        AccessRequest request = RequestOf(row) with { Reason = reason ? "slow" : null };
        Decision less = PolicyEngine.Decide(fewer, Identity(row.Who), request, Now), more = PolicyEngine.Decide(policy, Identity(row.Who), request, Now);
        if (!less.Allowed) return true;
        return more.Allowed && less.NotAfter <= more.NotAfter && less.Limits!.Widest(more.Limits!) == more.Limits;
    });

    private static readonly string[] People = ["spiffe://d/eng/a", "spiffe://d/eng/b", "spiffe://d/lead/a", "cn:a"];
    private static readonly string[] Patterns = ["spiffe://d/eng/*", "spiffe://d/*/a", "spiffe://d/eng/a", "spiffe://d/lead/a", "cn:a"];
    private static readonly string[] Globs = ["*", "A*", "?", "AB", "B*"];
    private static readonly string[] Names = ["A", "AB", "B", "C"];
    private static readonly string[] SomeOperations = ["process.list", "process.info", "trace", "dump.heap", "session.list", "session.kill"];

    private static readonly Gen<Row> GenRow = Gen.Select(
        Any(People), Any(SomeOperations), Any(Names), Any(Names), Any(Names), Any(Names),
        (who, operation, host, process, user, container) => new Row(who, operation, host, process, user, container));

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

    private static readonly Gen<Role> GenRole = Gen.Select(
        Any(Patterns).Array[0, 3], GenTarget.Array[0, 3], Any(SomeOperations).Array[0, 4], GenLimits, Gen.Bool,
        (members, targets, allow, limits, reason) => new Role
        {
            Name = "r",
            Members = [.. members.Select(each => IdentityPattern.TryParse(each, out _)!)],
            Targets = targets,
            Allow = allow.ToHashSet(),
            Limits = limits,
            RequireReason = reason,
        });

    private static readonly Gen<PolicyDocument> GenPolicy = GenRole.Array[1, 4].Select(roles =>
        new PolicyDocument { Roles = [.. roles.Select((role, i) => role with { Name = $"r{i}" })] });

    private static Gen<string> Any(string[] all) => Gen.Int[0, all.Length - 1].Select(i => all[i]);

    private static Gen<Glob?> GenGlob() => Gen.Select(Gen.Bool, Any(Globs), (named, glob) => named ? new Glob(glob) : null);

    /// <summary>One role, member, target or operation less.</summary>
    private static PolicyDocument WithoutOne(PolicyDocument policy, int which)
    {
        var fewer = new List<PolicyDocument>();
        foreach (Role role in policy.Roles)
        {
            fewer.Add(policy with { Roles = [.. policy.Roles.Where(each => each != role)] });
            fewer.AddRange(role.Members.Select((_, i) => Replace(policy, role, role with { Members = Without(role.Members, i) })));
            fewer.AddRange(role.Targets!.Select((_, i) => Replace(policy, role, role with { Targets = Without(role.Targets!, i) })));
            fewer.AddRange(role.Allow.Select(operation => Replace(policy, role, role with { Allow = role.Allow.Where(each => each != operation).ToHashSet() })));
        }
        return fewer[which % fewer.Count];
    }

    private static T[] Without<T>(IReadOnlyList<T> all, int index) => [.. all.Where((_, i) => i != index)];

    private static PolicyDocument Replace(PolicyDocument policy, Role old, Role replacement) =>
        policy with { Roles = [.. policy.Roles.Select(role => role == old ? replacement : role)] };

    private static Decision Decide(PolicyDocument policy, Row row) => PolicyEngine.Decide(policy, Identity(row.Who), RequestOf(row), Now);

    private static AccessRequest RequestOf(Row row) => new()
    {
        Operation = row.Operation,
        Target = Operations.IsKnown(row.Operation) && Operations.ScopeOf(row.Operation) == OperationScope.Host && row.Operation != "process.list"
            ? new AccessTarget { Host = row.Host }
            : new AccessTarget { Host = row.Host, Name = row.Process, User = row.User, Container = row.Container },
    };

    private static PeerIdentity Identity(string text) => PeerIdentity.TryParse(text, out PeerIdentity? identity, out string problem)
        ? identity
        : throw new ArgumentException(problem, nameof(text));

    private sealed record Row(string Who, string Operation, string? Host, string? Process, string? User, string? Container);
}
