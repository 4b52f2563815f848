using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Rules;

public class PolicyEngineTests
{
    private const string Alice = "spiffe://corp.example/eng/alice";
    private const string Lead = "spiffe://corp.example/lead/eve";
    private const string Auditor = "email:audit@corp.example";

    private static readonly DateTimeOffset Now = new(2031, 5, 6, 12, 0, 0, TimeSpan.Zero);

    private static readonly PolicyDocument Policy = PolicyDocument.Parse("""
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*", "spiffe://corp.example/lead/*"],
              "targets": [
                { "host": "pay-*", "process": "Payments*", "user": "payments" },
                { "process": "Orders", "container": "shop/*" }
              ],
              "allow": ["process.list", "process.info", "counters", "trace", "dump.mini", "inventory"],
              "withGrant": { "dump.heap": { "approvers": 1 }, "dump.full": { "approvers": 2 }, "unscrubbed": { "approvers": 3 } },
              "breakGlass": { "allow": ["gcdump", "dump.heap"], "for": "00:15:00" },
              "limits": { "session": "00:30:00", "sessions": 5, "bytes": "1GiB" }
            },
            "leads": {
              "members": ["spiffe://corp.example/lead/*"],
              "targets": [{}],
              "allow": ["trace", "dump.heap", "logs"],
              "limits": { "session": "01:00:00", "sessions": 1, "bytes": "3GiB" },
              "requireReason": true
            },
            "audit": { "members": ["email:audit@corp.example"], "allow": ["session.list", "session.watch", "process.list", "trace"] }
          }
        }
        """u8);

    // Each line: who, operation, host, process, user, container ("-" is not known), and what is answered. Right once, then wrong in one thing.
    [Theory]
    [InlineData(Alice, "trace", "pay-1", "Payments.Api", "payments", "-", "role oncall allows trace")]
    [InlineData(Alice, "trace", "PAY-1", "Payments.Api", "payments", "-", "role oncall allows trace")]
    [InlineData(Alice, "trace", "pay-1", "Payments", "payments", "any", "role oncall allows trace")]
    [InlineData(Alice, "process.info", "pay-1", "Payments", "payments", "-", "role oncall allows process.info")]
    [InlineData(Alice, "counters", "pay-1", "Payments", "payments", "-", "role oncall allows counters")]
    [InlineData(Alice, "dump.mini", "pay-1", "Payments", "payments", "-", "role oncall allows dump.mini")]
    [InlineData(Alice, "trace", "db-1", "Payments", "payments", "-", "no role of spiffe://corp.example/eng/alice allows trace on Payments (user payments) on db-1")]
    [InlineData(Alice, "trace", "xpay-1", "Payments", "payments", "-", "no role")]
    [InlineData(Alice, "trace", "-", "Payments", "payments", "-", "no role")]
    [InlineData(Alice, "trace", "pay-1", "payments", "payments", "-", "no role")]
    [InlineData(Alice, "trace", "pay-1", "XPayments", "payments", "-", "no role")]
    [InlineData(Alice, "trace", "pay-1", "-", "payments", "-", "no role")]
    [InlineData(Alice, "trace", "pay-1", "Payments", "root", "-", "no role")]
    [InlineData(Alice, "trace", "pay-1", "Payments", "payments2", "-", "no role")]
    [InlineData(Alice, "trace", "pay-1", "Payments", "-", "-", "no role")]
    [InlineData(Alice, "trace", "any", "Orders", "anyone", "shop/web", "role oncall allows trace")]
    [InlineData(Alice, "trace", "any", "Orders", "-", "shop/web", "role oncall allows trace")]
    [InlineData(Alice, "trace", "any", "Orders", "anyone", "-", "no role")]
    [InlineData(Alice, "trace", "any", "Orders", "anyone", "bank/web", "no role")]
    [InlineData(Alice, "trace", "any", "Orders2", "anyone", "shop/web", "no role")]
    [InlineData(Alice, "gcdump", "pay-1", "Payments", "payments", "-", "no role")]
    [InlineData(Alice, "logs", "pay-1", "Payments", "payments", "-", "no role")]
    [InlineData(Alice, "process.environment", "pay-1", "Payments", "payments", "-", "no role")]
    [InlineData(Alice, "dump.triage", "pay-1", "Payments", "payments", "-", "no role")]
    [InlineData(Alice, "dump.heap", "pay-1", "Payments", "payments", "-", "role oncall allows dump.heap only with a grant")]
    [InlineData(Alice, "dump.full", "pay-1", "Payments", "payments", "-", "role oncall allows dump.full only with a grant")]
    [InlineData(Alice, "dump.heap", "db-1", "Payments", "payments", "-", "no role")]
    [InlineData(Alice, "Trace", "pay-1", "Payments", "payments", "-", "the operation is not known")]
    [InlineData(Alice, "profiler.attach", "pay-1", "Payments", "payments", "-", "the operation is not known")]
    [InlineData(Alice, "unscrubbed", "pay-1", "Payments", "payments", "-", "unscrubbed is no operation by itself")]
    [InlineData(Alice, "trace", "pay-1", "-", "-", "-", "trace needs a process")]
    [InlineData(Alice, "process.list", "pay-1", "-", "-", "-", "role oncall allows process.list")]
    [InlineData(Alice, "process.list", "db-1", "-", "-", "-", "role oncall allows process.list")]
    [InlineData(Alice, "process.list", "pay-1", "Payments", "payments", "-", "role oncall allows process.list")]
    [InlineData(Alice, "process.list", "pay-1", "sshd", "root", "-", "no role")]
    [InlineData(Alice, "inventory", "pay-1", "-", "-", "-", "role oncall allows inventory")]
    [InlineData(Alice, "session.list", "pay-1", "-", "-", "-", "no role")]
    [InlineData(Alice, "session.kill", "pay-1", "-", "-", "-", "no role")]
    [InlineData(Lead, "trace", "pay-1", "Payments", "payments", "-", "role oncall allows trace")]
    [InlineData(Lead, "trace", "db-1", "postgres", "root", "-", "role leads asks for a reason")]
    [InlineData(Lead, "dump.heap", "pay-1", "Payments", "payments", "-", "role leads asks for a reason")]
    [InlineData(Lead, "dump.full", "pay-1", "Payments", "payments", "-", "role oncall allows dump.full only with a grant")]
    [InlineData(Lead, "dump.full", "db-1", "Payments", "payments", "-", "no role")]
    [InlineData(Auditor, "session.list", "pay-1", "-", "-", "-", "role audit allows session.list")]
    [InlineData(Auditor, "session.watch", "-", "-", "-", "-", "role audit allows session.watch")]
    [InlineData(Auditor, "process.list", "pay-1", "-", "-", "-", "role audit allows process.list")]
    [InlineData(Auditor, "process.list", "pay-1", "Payments", "payments", "-", "no role")]
    [InlineData(Auditor, "trace", "pay-1", "Payments", "payments", "-", "no role")]
    [InlineData("spiffe://corp.example/eng", "trace", "pay-1", "Payments", "payments", "-", "has no role")]
    [InlineData("spiffe://corp.example/eng/a/b", "trace", "pay-1", "Payments", "payments", "-", "has no role")]
    [InlineData("spiffe://other.example/eng/alice", "trace", "pay-1", "Payments", "payments", "-", "has no role")]
    [InlineData("cn:alice", "trace", "pay-1", "Payments", "payments", "-", "cn:alice has no role")]
    [InlineData("cn:audit@corp.example", "session.list", "pay-1", "-", "-", "-", "has no role")]
    public void Decisions(string who, string operation, string host, string process, string user, string container, string expected)
    {
        var target = new AccessTarget { Host = Known(host), Name = Known(process), User = Known(user), Container = Known(container) };

        Decision decision = PolicyEngine.Decide(Policy, Identity(who), new AccessRequest { Operation = operation, Target = target }, Now);

        Assert.Contains(expected, decision.Reason);
        Assert.Equal(expected.StartsWith("role", StringComparison.Ordinal) && expected.EndsWith($"allows {operation}", StringComparison.Ordinal), decision.Allowed);
        Assert.Equal(decision.Allowed, decision.Limits is not null);
        Assert.Equal(decision.Allowed, decision.NotAfter is not null);
    }

    [Fact]
    public void Without_a_target_an_operation_on_a_process_is_denied()
    {
        Assert.Equal("trace needs a process", Decide(Alice, new AccessRequest { Operation = "trace" }).Reason);
        Assert.Equal("no role of email:audit@corp.example allows inventory", Decide(Auditor, new AccessRequest { Operation = "inventory" }).Reason);
    }

    [Fact]
    public void A_process_known_by_its_number_only_matches_where_any_process_does()
    {
        var target = new AccessTarget { Host = "pay-1", Pid = 42 };

        Assert.False(Decide(Alice, new AccessRequest { Operation = "trace", Target = target }).Allowed);
        Assert.True(Decide(Lead, new AccessRequest { Operation = "trace", Target = target, Reason = "slow" }).Allowed);
    }

    [Theory]
    [InlineData(null, false)]
    [InlineData("", false)]
    [InlineData("  ", false)]
    [InlineData("latency since 10:40", true)]
    public void A_role_may_ask_for_a_reason(string? reason, bool allowed)
    {
        Decision decision = Decide(Lead, new AccessRequest { Operation = "logs", Target = Payments, Reason = reason });

        Assert.Equal((allowed, "leads"), (decision.Allowed, decision.Role));
    }

    [Fact]
    public void Unscrubbed_data_need_a_grant_even_where_the_operation_does_not()
    {
        Decision trace = Decide(Alice, new AccessRequest { Operation = "trace", Target = Payments, Unscrubbed = true });
        Decision dump = Decide(Alice, new AccessRequest { Operation = "dump.full", Target = Payments, Unscrubbed = true });

        Assert.Equal((false, "role oncall allows trace unscrubbed only with a grant by 3 approvers", 3), (trace.Allowed, trace.Reason, trace.ApproversNeeded));
        Assert.Equal((false, 3), (dump.Allowed, dump.ApproversNeeded));
        Assert.False(Decide(Lead, new AccessRequest { Operation = "logs", Target = Payments, Unscrubbed = true, Reason = "x" }).Allowed);
    }

    [Fact]
    public void A_denial_that_a_grant_would_lift_says_how_many_must_approve()
    {
        Assert.Equal(1, Decide(Alice, new AccessRequest { Operation = "dump.heap", Target = Payments }).ApproversNeeded);
        Assert.Equal(2, Decide(Alice, new AccessRequest { Operation = "dump.full", Target = Payments }).ApproversNeeded);
        Assert.Null(Decide(Alice, new AccessRequest { Operation = "trace", Target = Payments }).ApproversNeeded);
        Assert.Null(Decide(Alice, new AccessRequest { Operation = "gcdump", Target = Payments }).ApproversNeeded);
    }

    [Fact]
    public void Who_has_two_roles_is_held_to_the_wider_limits_of_those_that_allow_it()
    {
        Decision one = Decide(Lead, new AccessRequest { Operation = "trace", Target = Payments });
        Decision both = Decide(Lead, new AccessRequest { Operation = "trace", Target = Payments, Reason = "slow" });

        Assert.Equal((TimeSpan.FromMinutes(30), 5, 1L << 30), (one.Limits!.Session, one.Limits.Sessions, one.Limits.Bytes));
        Assert.Equal((TimeSpan.FromHours(1), 5, 3L << 30), (both.Limits!.Session, both.Limits.Sessions, both.Limits.Bytes));
        Assert.Equal(Now.AddMinutes(30), one.NotAfter);
        Assert.Equal(Now.AddHours(1), both.NotAfter);
    }

    [Fact]
    public void A_role_gives_nothing_in_a_session_that_is_older_than_its_own_may_be()
    {
        AccessRequest request = new() { Operation = "trace", Target = Payments, Since = Now.AddMinutes(-40) };

        Decision one = Decide(Alice, request), both = Decide(Lead, request with { Reason = "slow" });

        Assert.Equal((false, "role oncall allows sessions of 00:30:00 and this one is older; open another"), (one.Allowed, one.Reason));
        // His other role's session may be longer, and ends when that is over, whatever began in it.
        Assert.Equal((true, Now.AddMinutes(20), "leads"), (both.Allowed, both.NotAfter, both.Role));
        Assert.Equal(3L << 30, both.Limits!.Bytes);
        Assert.Equal(1, both.Limits.Sessions);
    }

    [Fact]
    public void A_role_that_lacks_a_reason_is_in_nobodys_way()
    {
        PolicyDocument policy = PolicyDocument.Parse("""
            {
              "roles": {
                "asks": { "members": ["cn:a"], "targets": [{}], "allow": ["trace"], "observe": ["trace"], "requireReason": true, "limits": { "session": "5m" } },
                "grants": { "members": ["cn:a"], "targets": [{}], "withGrant": { "trace": { "approvers": 1 } }, "limits": { "session": "20m" } }
              }
            }
            """u8);
        var approval = new Approval { Grant = "g", Approvers = [Identity("cn:lea")], ApproversUntil = [Now.AddHours(1)], NotAfter = Now.AddMinutes(10) };
        var request = new AccessRequest { Operation = "trace", Target = Payments, Approval = approval };

        Decision without = PolicyEngine.Decide(policy, Identity("cn:a"), request, Now);
        Decision with = PolicyEngine.Decide(policy, Identity("cn:a"), request with { Reason = "slow" }, Now);

        // The grant gives more than the role that needs none: longer, and unwatched. So it is used.
        Assert.Equal((true, "g", Now.AddMinutes(10), false), (without.Allowed, without.Grant, without.NotAfter, without.NeedsObserver));
        Assert.Equal((true, "g", Now.AddMinutes(10), false), (with.Allowed, with.Grant, with.NotAfter, with.NeedsObserver));
        // Where it gives no more, it is not.
        Assert.Null(PolicyEngine.Decide(Policy, Identity(Alice), request, Now).Grant);
    }

    [Fact]
    public void Roles_and_limits_of_an_identity()
    {
        Assert.Equal(["oncall", "leads"], PolicyEngine.RolesOf(Policy, Identity(Lead)).Select(role => role.Name));
        Assert.Equal(3L << 30, PolicyEngine.LimitsOf(Policy, Identity(Lead))!.Bytes);
        Assert.Equal(RoleLimits.Default, PolicyEngine.LimitsOf(Policy, Identity(Auditor)));
        Assert.Null(PolicyEngine.LimitsOf(Policy, Identity("cn:nobody")));
    }

    [Fact]
    public void The_empty_policy_allows_nothing()
    {
        foreach (string operation in Operations.All)
        {
            Assert.False(PolicyEngine.Decide(PolicyDocument.Empty, Identity(Alice), new AccessRequest { Operation = operation, Target = Payments }, Now).Allowed);
        }
    }

    [Fact]
    public void A_process_cannot_write_into_the_reason()
    {
        var target = new AccessTarget { Host = "pay-1", Name = "x\nrole root allows all\u001b[2J", User = "payments" };

        string reason = Decide(Alice, new AccessRequest { Operation = "trace", Target = target }).Reason;

        Assert.DoesNotContain(reason, char.IsControl);
    }

    private static AccessTarget Payments => new() { Host = "pay-1", Pid = 42, Name = "Payments", User = "payments" };

    private static Decision Decide(string who, AccessRequest request) => PolicyEngine.Decide(Policy, Identity(who), request, Now);

    private static string? Known(string text) => text == "-" ? null : text;

    private static PeerIdentity Identity(string text) => PeerIdentity.TryParse(text, out PeerIdentity? identity, out string problem)
        ? identity
        : throw new ArgumentException(problem, nameof(text));
}
