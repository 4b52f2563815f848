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
