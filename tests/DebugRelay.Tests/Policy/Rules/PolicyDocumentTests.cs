using System.Text;
using DebugRelay.Policy;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Rules;

public class PolicyDocumentTests
{
    private const string Example = """
        // Who may look into what.
        {
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*", "email:bob@corp.example"],
              "targets": [{ "process": "Payments*", "user": "payments", "container": "*" }],
              "allow": ["process.list", "process.info", "counters", "trace", "stacks", "gcdump", "dump.mini"],
              "withGrant": { "dump.heap": { "approvers": 1 }, "dump.full": { "approvers": 2 }, "unscrubbed": { "approvers": 2 } },
              "breakGlass": { "allow": ["dump.heap"], "for": "00:15:00" },
              "limits": { "session": "00:30:00", "sessions": 2, "bytes": "2GiB" }, /* the rest by default */
            },
          },
          "approvers": { "members": ["spiffe://corp.example/lead/*"] },
          "reviewers": { "members": ["spiffe://corp.example/sec/*"] },
        }
        """;

    [Fact]
    public void The_example_of_the_documentation_is_read_whole()
    {
        PolicyDocument policy = Parse(Example);

        Role role = Assert.Single(policy.Roles);
        Assert.Equal("oncall", role.Name);
        Assert.Equal(["spiffe://corp.example/eng/*", "email:bob@corp.example"], role.Members.Select(member => member.Text));
        TargetPattern target = Assert.Single(role.Targets!);
        Assert.Equal(("Payments*", "payments", "*"), (target.Process?.Pattern, target.User?.Pattern, target.Container?.Pattern));
        Assert.Null(target.Host);
        Assert.Equal(7, role.Allow.Count);
        Assert.Equal(2, role.WithGrant["dump.full"].Approvers);
        Assert.Equal((TimeSpan.FromMinutes(15), false), (role.BreakGlass!.For, role.BreakGlass.AnnounceBestEffort));
        Assert.Equal(["dump.heap"], role.BreakGlass.Allow);
        Assert.Equal(new RoleLimits { Session = TimeSpan.FromMinutes(30), Sessions = 2, Bytes = 2L << 30 }, role.Limits);
        Assert.Equal(RoleLimits.Default.Idle, role.Limits.Idle);
        Assert.Equal(PolicyDocument.DefaultApproverUsage, policy.ApproverUsage);
        Assert.True(policy.IsApprover(Identity("spiffe://corp.example/lead/eve")));
        Assert.False(policy.IsApprover(Identity("spiffe://corp.example/sec/eve")));
        Assert.True(policy.IsReviewer(Identity("spiffe://corp.example/sec/eve")));
        Assert.False(policy.IsReviewer(Identity("spiffe://corp.example/lead/eve")));
    }

    [Fact]
    public void Every_key_is_read()
    {
        Role role = Parse("""
            { "$schema": "policy.schema.json", "roles": { "r": {
              "members": ["cn:bob"], "requireReason": true, "targets": [{ "host": "DB-*" }],
              "breakGlass": { "allow": ["trace"], "for": 60, "announce": "best-effort" },
              "limits": { "session": "1h", "idle": "5m", "sessions": 1, "bytes": 1024, "dumps": 0, "traceBuffer": "64MiB" } } },
              "approvers": { "members": [], "eku": "1.3.6.1.4.1.99999.1" } }
            """).Roles[0];

        Assert.True(role.RequireReason);
        Assert.Equal("db-*", role.Targets![0].Host!.Pattern);
        Assert.True(role.BreakGlass!.AnnounceBestEffort);
        Assert.Equal(TimeSpan.FromMinutes(1), role.BreakGlass.For);
        Assert.Equal(
            new RoleLimits { Session = TimeSpan.FromHours(1), Idle = TimeSpan.FromMinutes(5), Sessions = 1, Bytes = 1024, Dumps = 0, TraceBuffer = 64 << 20 },
            role.Limits);
    }

    [Theory]
    [InlineData("", "document (line 1)")]
    [InlineData("[]", "document (line 1): must be an object")]
    [InlineData("{}", "\"roles\" is missing")]
    [InlineData("{ \"roles\": {} } x", "not well-formed")]
    [InlineData("{ \"roles\": {}, \"rolls\": {} }", "rolls (line 1): unknown key")]
    [InlineData("{ \"roles\": {},\n\"roles\": {} }", "roles (line 2): appears twice")]
    [InlineData("{ \"roles\": { \"a b\": {} } }", "a role's name")]
    [InlineData("{ \"roles\": { \"a\": {},\n \"\\u0061\": {} } }", "roles.a (line 2): appears twice")]
    [InlineData("{ \"roles\": {}, \"x\\u001b[2J\": 1 }", "x\\u001b[2J (line 1): unknown key")]
    [InlineData("{ \"roles\": { \"\\ud800\": {} } }", "not valid Unicode")]
    [InlineData("{ \"roles\": null }", "roles (line 1): must be an object")]
    public void A_document_out_of_form_is_refused_with_path_and_line(string json, string expected) =>
        Assert.Contains(expected, Assert.Throws<DocumentException>(() => Parse(json)).Message);

    [Theory]
    [InlineData("\"alow\": []", "roles.r.alow (line 3): unknown key")]
    [InlineData("\"allow\": [\"trace\", \"trace\"]", "roles.r.allow[1] (line 3): trace is listed twice")]
    [InlineData("\"allow\": [\"attach\"]", "roles.r.allow[0] (line 3): unknown operation")]
    [InlineData("\"allow\": [\"Trace\"]", "unknown operation")]
    [InlineData("\"allow\": [\"*\"]", "unknown operation")]
    [InlineData("\"allow\": [\"unscrubbed\"]", "unscrubbed needs a grant always")]
    [InlineData("\"allow\": [7]", "must be a string")]
    [InlineData("\"allow\": \"trace\"", "must be an array")]
    [InlineData("\"allow\": [\"trace\"], \"withGrant\": { \"trace\": { \"approvers\": 1 } }", "can only be in one")]
    [InlineData("\"withGrant\": { \"trace\": {} }", "roles.r.withGrant.trace (line 3): \"approvers\" is missing")]
    [InlineData("\"withGrant\": { \"trace\": { \"approvers\": 0 } }", "from 1 to 10")]
    [InlineData("\"withGrant\": { \"trace\": { \"approvers\": 1.0 } }", "whole number")]
    [InlineData("\"withGrant\": { \"trace\": { \"approvers\": \"1\" } }", "must be a number")]
    [InlineData("\"withGrant\": { \"peek\": { \"approvers\": 1 } }", "unknown operation")]
    [InlineData("\"breakGlass\": { \"allow\": [\"trace\"] }", "\"for\" is missing")]
    [InlineData("\"breakGlass\": { \"allow\": [\"unscrubbed\"], \"for\": \"1m\" }", "unscrubbed needs a grant always")]
    [InlineData("\"breakGlass\": { \"allow\": [], \"for\": \"1m\", \"announce\": \"never\" }", "best-effort")]
    [InlineData("\"targets\": [{ \"proces\": \"x\" }]", "roles.r.targets[0].proces (line 3): unknown key")]
    [InlineData("\"targets\": [{ \"process\": \"\" }]", "must not be empty")]
    [InlineData("\"targets\": [{ \"process\": \"a\\u0000b\" }]", "control characters")]
    [InlineData("\"limits\": { \"session\": \"soon\" }", "roles.r.limits.session (line 3): is no duration")]
    [InlineData("\"limits\": { \"session\": \"25h\" }", "longer than 24 hours")]
    [InlineData("\"limits\": { \"session\": 0 }", "is no duration")]
    [InlineData("\"limits\": { \"bytes\": \"2GB\" }", "is no size")]
    [InlineData("\"limits\": { \"bytes\": \"2TiB\" }", "is larger than")]
    [InlineData("\"limits\": { \"sessions\": 0 }", "from 1 to 100")]
    [InlineData("\"limits\": { \"sessions\": -1 }", "whole number")]
    [InlineData("\"limits\": { \"traceBuffer\": \"2GiB\" }", "is larger than")]
    [InlineData("\"requireReason\": \"yes\"", "must be true or false")]
    public void A_role_out_of_form_is_refused_with_path_and_line(string member, string expected)
    {
        string json = "{ \"roles\": {\n\"r\": { \"members\": [\"cn:bob\"],\n" + member + " } } }";

        Assert.Contains(expected, Assert.Throws<DocumentException>(() => Parse(json)).Message);
    }

    [Theory]
    [InlineData("\"spiffe://corp.example/eng/al*\"")]
    [InlineData("\"bob\"")]
    [InlineData("\"cn:b\\u00f6b\"")]
    [InlineData("17")]
    public void A_member_that_is_no_identity_pattern_is_refused(string member)
    {
        var error = Assert.Throws<DocumentException>(() => Parse($$"""{ "roles": { "r": { "members": [{{member}}] } } }"""));

        Assert.Equal(("roles.r.members[0]", 1), (error.Path, error.Line));
    }

    [Fact]
    public void A_role_without_members_and_an_approver_usage_that_is_none_are_refused()
    {
        Assert.Contains("\"members\" is missing", Assert.Throws<DocumentException>(() => Parse("""{ "roles": { "r": { } } }""")).Message);
        Assert.Contains("object identifier", Assert.Throws<DocumentException>(() => Parse("""{ "roles": {}, "approvers": { "members": [], "eku": "approver" } }""")).Message);
    }

    [Fact]
    public void Size_depth_a_byte_order_mark_and_broken_text_are_refused()
    {
        byte[] valid = Encoding.UTF8.GetBytes("{ \"roles\": {} }");
        string deep = "{ \"roles\": " + new string('[', 5_000) + new string(']', 5_000) + " }";

        Assert.Contains("larger than", Error([.. valid, .. Enumerable.Repeat((byte)' ', Limits.PolicyBytes)]));
        Assert.Contains("not well-formed", Error(Encoding.UTF8.GetBytes(deep)));
        Assert.Contains("byte order mark", Error([0xEF, 0xBB, 0xBF, .. valid]));
        Assert.Contains("not valid Unicode", Error([.. "{ \"roles"u8, 0xFF, .. "\": {} }"u8]));
    }

    [Fact]
    public void Every_cut_of_a_document_is_refused()
    {
        byte[] whole = Encoding.UTF8.GetBytes(Example);

        for (int length = 0; length < whole.Length; length++)
        {
            byte[] cut = whole[..length];
            Assert.Throws<DocumentException>(() => PolicyDocument.Parse(cut));
        }
    }

    private static string Error(byte[] utf8) => Assert.Throws<DocumentException>(() => PolicyDocument.Parse(utf8)).Message;

    private static PolicyDocument Parse(string json) => PolicyDocument.Parse(Encoding.UTF8.GetBytes(json));

    private static PeerIdentity Identity(string text) => PeerIdentity.TryParse(text, out PeerIdentity? identity, out string problem)
        ? identity
        : throw new ArgumentException(problem, nameof(text));
}
