using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Rules;

public class PolicyReviewTests
{
    private const string Sound = """
        "members": ["spiffe://corp.example/eng/*"], "targets": [{ "process": "Payments*" }], "allow": ["trace"]
        """;

    [Theory]
    [InlineData("no-members", "roles.r.members", """{ "roles": { "r": { "members": [], "targets": [{}], "allow": ["trace"] } } }""")]
    [InlineData("allows-nothing", "roles.r", """{ "roles": { "r": { "members": ["cn:a"] } } }""")]
    [InlineData("allows-nothing", "roles", """{ "roles": {} }""")]
    [InlineData("unreachable", "roles.r", """{ "roles": { "r": { "members": ["cn:a"], "allow": ["trace"] } } }""")]
    [InlineData("never-matches", "roles.r.targets", """{ "roles": { "r": { "members": ["cn:a"], "targets": [], "allow": ["session.list"] } } }""")]
    [InlineData("never-matches", "roles.r.targets[0].process", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{ "process": "/usr/bin/*" }], "allow": ["trace"] } } }""")]
    [InlineData("never-matches", "roles.r.targets[0].host", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{ "host": "pay 1" }], "allow": ["trace"] } } }""")]
    [InlineData("never-matches", "roles.r.targets[0].user", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{ "user": "a:b" }], "allow": ["trace"] } } }""")]
    [InlineData("unreachable", "roles.r.targets[1]", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{ "process": "Pay*" }, { "process": "Payments", "user": "p" }], "allow": ["trace"] } } }""")]
    [InlineData("unreachable", "roles.r.targets[0]", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{ "process": "Payments" }, {}], "allow": ["trace"] } } }""")]
    [InlineData("unreachable", "roles.r.members[1]", """{ "roles": { "r": { "members": ["spiffe://d/eng/*", "spiffe://d/eng/alice"], "targets": [{}], "allow": ["trace"] } } }""")]
    [InlineData("unreachable", "roles.r.members[1]", """{ "roles": { "r": { "members": ["cn:a", "cn:a"], "targets": [{}], "allow": ["trace"] } } }""")]
    [InlineData("unreachable", "roles.r.withGrant.dump.heap", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "withGrant": { "dump.heap": { "approvers": 1 } } } } }""")]
    [InlineData("unreachable", "roles.r.withGrant.dump.heap", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "withGrant": { "dump.heap": { "approvers": 2 } } } }, "approvers": { "members": ["cn:b"] } }""")]
    [InlineData("unreachable", "roles.r.withGrant.unscrubbed", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "withGrant": { "unscrubbed": { "approvers": 1 } } } }, "approvers": { "members": ["cn:b"] } }""")]
    [InlineData("void", "roles.r.withGrant.dump.heap", """{ "roles": { "all": { "members": ["spiffe://d/eng/*"], "targets": [{}], "allow": ["dump.heap"] }, "r": { "members": ["spiffe://d/eng/a"], "targets": [{ "process": "P" }], "withGrant": { "dump.heap": { "approvers": 1 } } } }, "approvers": { "members": ["cn:b"] } }""")]
    [InlineData("void", "roles.r.breakGlass.allow", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "allow": ["trace"], "breakGlass": { "allow": ["trace"], "for": "5m" } } }, "reviewers": { "members": ["cn:b"] } }""")]
    [InlineData("unreachable", "roles.r.breakGlass", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "breakGlass": { "allow": ["trace"], "for": "5m" } } } }""")]
    [InlineData("contradiction", "roles.r.limits.idle", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "allow": ["trace"], "limits": { "session": "5m", "idle": "6m" } } } }""")]
    [InlineData("contradiction", "roles.r.limits.dumps", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "allow": ["dump.mini"], "limits": { "dumps": 0 } } } }""")]
    [InlineData("contradiction", "roles.r.limits.providers", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "allow": ["trace"], "limits": { "providers": [] } } } }""")]
    [InlineData("contradiction", "roles.r.limits", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "breakGlass": { "allow": ["trace"], "for": "1h" } } }, "reviewers": { "members": ["cn:b"] } }""")]
    [InlineData("unreachable", "denySigners.members[1]", """{ "roles": { "r": { "members": ["cn:a"], "targets": [{}], "allow": ["trace"] } }, "denySigners": { "members": ["cn:b", "cn:b"] } }""")]
    public void What_does_nothing_is_found(string rule, string path, string policy)
    {
        PolicyFinding finding = Assert.Single(PolicyReview.Review(PolicyDocument.Parse(System.Text.Encoding.UTF8.GetBytes(policy))));

        Assert.Equal((rule, path), (finding.Rule, finding.Path));
    }

    [Fact]
    public void A_sound_policy_gives_no_findings()
    {
        string policy = $$"""
            { "roles": { "a": { {{Sound}} }, "b": { {{Sound}}, "withGrant": { "dump.heap": { "approvers": 2 }, "unscrubbed": { "approvers": 1 } }, "limits": { "providers": ["System.*:0x3"] } } },
              "approvers": { "members": ["spiffe://corp.example/lead/*"] }, "denySigners": { "members": ["cn:sec"] }, "staleCrl": { "allow": ["process.list"] } }
            """;

        Assert.Empty(PolicyReview.Review(PolicyDocument.Parse(System.Text.Encoding.UTF8.GetBytes(policy))));
    }
}
