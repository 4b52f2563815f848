using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Configuration;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Proofs;
using DebugRelay.Policy.Revocation;
using DebugRelay.Policy.Rules;
using DebugRelay.Tests.Policy.Grants;
using Xunit;

namespace DebugRelay.Tests.Policy.Configuration;

/// <summary>The whole decision that agent and broker each make, with real certificates and signatures: right in everything, then wrong in just one thing.</summary>
public sealed class HostDecisionTests : IDisposable
{
    private const string Lea = "spiffe://corp.example/lead/lea", Leo = "spiffe://corp.example/lead/leo";

    /// <summary>What each operation is asked with. All need two approvers, but the first, which needs nothing, and the last, which is an emergency.</summary>
    private static readonly string[] Operations = ["counters", "dump.heap", "trace", "trace unscrubbed", "gcdump"];

    private static readonly Dictionary<string, string> WrongForAll = new()
    {
        ["the kill file is there"] = "kill file",
        ["the engineer is denied"] = "deny list (version 2) names it",
        ["the engineer's certificate is denied"] = "deny list (version 2) names it",
        ["the session is denied"] = "deny list (version 2) names it",
        ["the operation is denied"] = "deny list (version 2) stops",
        ["a revocation list is stale"] = "was due for renewal",
        ["the policy names another team"] = "has no role",
        ["the policy names another process"] = "no role of",
        ["the policy names another user"] = "no role of",
        ["the policy names another host"] = "no role of",
        ["the policy asks for a reason that was not given"] = "reason",
        ["the target's name is not known"] = "no role of",
    };

    private static readonly Dictionary<string, string> WrongForGrants = new()
    {
        ["no grant came along"] = "did not come along",
        ["none is named"] = "is not the one that the request names",
        ["another is named"] = "is not the one that the request names",
        ["one bit of it is changed"] = "is not the one that the request names",
        ["one bit of it is changed and the change is named"] = "is refused",
        ["one signature was taken out"] = "1 of 2 approvers",
        ["both signatures are one person's"] = "signed twice",
        ["the requester signed it"] = "nobody approves his own request",
        ["an approver's certificate is for clients alone"] = "was not issued for approving grants",
        ["an approver is no member"] = "is not among the policy's approvers",
        ["an approver's certificate has expired"] = "expired",
        ["an approver's certificate is not valid yet"] = "is valid only from",
        ["an approver is denied"] = $"names {Lea}",
        ["an approver's certificate is denied"] = $"names {Lea}",
        ["an approver is a stranger's"] = "none of the trusted authorities",
        ["it is denied"] = "taken back by the deny list",
        ["it is for somebody else"] = "is spiffe://corp.example/eng/bob's",
        ["it is for another host"] = "is for another host",
        ["it is for another pid"] = "is for another process",
        ["it is for the pid's earlier owner"] = "is for another process",
        ["it is for another service"] = "is for another process",
        ["it is for other operations"] = "is for other operations",
        ["it begins later"] = "holds only from",
        ["it is over"] = "ended at",
        ["it asks for another scrub profile"] = "asks for the scrub profile strict",
    };

    private static readonly Dictionary<string, string> WrongForUnscrubbed = new()
    {
        ["it does not speak of unscrubbed data"] = "does not speak of unscrubbed data",
        ["it names no incident"] = "names no incident",
    };

    private static readonly Dictionary<string, string> WrongForEmergencies = new()
    {
        ["no emergency is declared"] = "no role of",
        ["no reason was given"] = "needs a reason",
        ["no incident was given"] = "needs an incident",
    };

    private readonly GrantSamples _grants = new();

    public static TheoryData<string, string, string> Rows()
    {
        var rows = new TheoryData<string, string, string>();
        foreach (string operation in Operations)
        {
            rows.Add(operation, "nothing", "");
            Add(operation, WrongForAll);
            if (operation is "gcdump") Add(operation, WrongForEmergencies);
            else if (operation is not "counters") Add(operation, WrongForGrants);
            if (operation is "trace unscrubbed") Add(operation, WrongForUnscrubbed);
        }
        return rows;

        void Add(string operation, Dictionary<string, string> wrongs)
        {
            foreach ((string wrong, string because) in wrongs) rows.Add(operation, wrong, because);
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public void Right_once_then_wrong_in_one_thing(string operation, string wrong, string because)
    {
        Case asked = Make(Right(operation), wrong);

        Decision decision = asked.Decide(_grants.Authority);

        Assert.Equal(wrong == "nothing", decision.Allowed);
        Assert.Contains(because, decision.Reason, StringComparison.Ordinal);
        Assert.Equal(decision.Allowed, decision.NotAfter is not null);
    }

    [Fact]
    public void The_table_has_enough_rows() => Assert.True(Rows().Count >= 140);

    [Fact]
    public void An_approval_ends_with_the_approvers_certificate()
    {
        Case right = Right("dump.heap");
        DateTimeOffset soon = GrantSamples.Now.AddMinutes(3);
        Decision decision = (right with { Signers = [_grants.Lead("lea", soon), _grants.Lead("leo")] }).Decide(_grants.Authority);
        Assert.Equal((soon, "the certificate of an approver of grant g-17 has ended"), (decision.NotAfter, decision.EndReason));
        // One more than is needed may end.
        decision = (right with { Signers = [_grants.Lead("lea", soon), _grants.Lead("leo"), _grants.Lead("lin")] }).Decide(_grants.Authority);
        Assert.Equal(GrantSamples.Now.AddMinutes(30), decision.NotAfter);
    }

    public void Dispose() => _grants.Dispose();

    private Case Right(string operation)
    {
        bool unscrubbed = operation.EndsWith(" unscrubbed", StringComparison.Ordinal);
        string name = operation.Split(' ')[0];
        string[] granted = unscrubbed ? [name, "unscrubbed"] : [name];
        bool byGrant = operation is not ("counters" or "gcdump");
        return new Case
        {
            Session = _grants.Authority.Issue(),
            Request = new OperationRequest
            {
                Session = "s-1",
                Number = 1,
                Operation = name,
                Unscrubbed = unscrubbed,
                Target = new RequestTarget(42, 4711),
                BreakGlass = operation == "gcdump",
            },
            Grant = byGrant ? GrantSamples.Document with { Scope = GrantSamples.Scope with { Operations = granted } } : null,
            Signers = byGrant ? [_grants.Lead("lea"), _grants.Lead("leo")] : [],
        };
    }

    private Case Make(Case right, string wrong) => wrong switch
    {
        "nothing" => right,
        "the kill file is there" => right with { Killed = true },
        "the engineer is denied" => right with { Deny = """{ "identity": "spiffe://corp.example/eng/*" }""" },
        "the engineer's certificate is denied" => right with { Deny = Certificate(right.Session) },
        "the session is denied" => right with { Deny = """{ "session": "s-1" }""" },
        "the operation is denied" => right with { Deny = $$"""{ "operation": "{{right.Request.Operation}}" }""" },
        "a revocation list is stale" => right with { ListUntil = GrantSamples.Now.AddMinutes(-1) },
        "the policy names another team" => right with { Policy = right.Policy.Replace("corp.example/eng/*", "corp.example/eng/team/*", StringComparison.Ordinal) },
        "the policy names another process" => right with { Policy = right.Policy.Replace("Pay*", "Order*", StringComparison.Ordinal) },
        "the policy names another user" => right with { Policy = right.Policy.Replace("\"pay\"", "\"payroll\"", StringComparison.Ordinal) },
        "the policy names another host" => right with { Policy = right.Policy.Replace("pay-*", "db-*", StringComparison.Ordinal) },
        "the policy asks for a reason that was not given" => right with { Policy = right.Policy.Replace("\"targets\"", "\"requireReason\": true, \"targets\"", StringComparison.Ordinal), Reason = null },
        "the target's name is not known" => right with { Target = GrantSamples.Target with { Name = null } },
        "no emergency is declared" => right with { Request = right.Request with { BreakGlass = false } },
        "no reason was given" => right with { Reason = null },
        "no incident was given" => right with { Incident = null },
        "no grant came along" => right with { Sent = false },
        "none is named" => right with { Named = _ => null },
        "another is named" => right with { Named = _ => new string('0', 64) },
        "one bit of it is changed" => right with { Changed = true, Named = sha256 => sha256 },
        "one bit of it is changed and the change is named" => right with { Changed = true },
        "one signature was taken out" => right with { Signers = right.Signers[..1] },
        "both signatures are one person's" => right with { Signers = [right.Signers[0], _grants.Lead("lea")] },
        "the requester signed it" => right with { Signers = [right.Signers[0], Approver("spiffe://corp.example/eng/alice")] },
        "an approver's certificate is for clients alone" => right with { Signers = [right.Signers[0], _grants.Lead("leo", null, TestAuthority.ClientUsage)] },
        "an approver is no member" => right with { Signers = [right.Signers[0], Approver("spiffe://corp.example/sales/mallory")] },
        "an approver's certificate has expired" => right with { Signers = [right.Signers[0], _grants.Lead("leo", GrantSamples.Now)] },
        "an approver's certificate is not valid yet" => right with { Signers = [right.Signers[0], Approver(Leo, GrantSamples.Now.AddSeconds(1))] },
        "an approver is denied" => right with { Deny = $$"""{ "identity": "{{Lea}}" }""" },
        "an approver's certificate is denied" => right with { Deny = Certificate(right.Signers[0]) },
        "an approver is a stranger's" => right with { Signers = [right.Signers[0], Stranger(Leo)] },
        "it is denied" => right with { Deny = """{ "grant": "g-17" }""" },
        "it is for somebody else" => right with { Grant = With(right, scope => scope with { Requester = GrantSamples.Identity("spiffe://corp.example/eng/bob") }) },
        "it is for another host" => right with { Grant = With(right, scope => scope with { Hosts = ["pay-08.prod", "pay-07.prod.example"] }) },
        "it is for another pid" => right with { Grant = With(right, scope => scope with { Processes = [GrantProcess.One(43, 4711)] }) },
        "it is for the pid's earlier owner" => right with { Grant = With(right, scope => scope with { Processes = [GrantProcess.One(42, 4710)] }) },
        "it is for another service" => right with { Grant = With(right, scope => scope with { Processes = [GrantProcess.Named("Payments", "payroll"), GrantProcess.Named("payments", "pay")] }) },
        "it is for other operations" => right with { Grant = With(right, scope => scope with { Operations = ["logs", "unscrubbed"] }) },
        "it begins later" => right with { Grant = right.Grant! with { NotBefore = GrantSamples.Now.AddSeconds(1) } },
        "it is over" => right with { Grant = right.Grant! with { NotAfter = GrantSamples.Now } },
        "it asks for another scrub profile" => right with { Grant = With(right, scope => scope with { Scrub = "strict" }) },
        "it does not speak of unscrubbed data" => right with { Grant = With(right, scope => scope with { Operations = ["trace"] }) },
        "it names no incident" => right with { Grant = With(right, scope => scope with { Incident = null }) },
        _ => throw new ArgumentException(wrong),
    };

    private static GrantDocument With(Case right, Func<GrantScope, GrantScope> change) => right.Grant! with { Scope = change(right.Grant.Scope) };

    private static string Certificate(X509Certificate2 certificate) => $$"""{ "certificate": "{{certificate.GetCertHashString(HashAlgorithmName.SHA256)}}" }""";

    private X509Certificate2 Approver(string identity, DateTimeOffset? from = null) => _grants.Authority.Issue(
        names: TestAuthority.Names(TestAuthority.Uri(identity)), usages: [PolicyDocument.DefaultApproverUsage], from: from);

    private static X509Certificate2 Stranger(string identity)
    {
        using TestAuthority other = TestAuthority.Create("Other CA");
        using X509Certificate2 issued = other.Issue(names: TestAuthority.Names(TestAuthority.Uri(identity)), usages: [PolicyDocument.DefaultApproverUsage]);
        return new X509Certificate2(issued);
    }

    /// <summary>All that a decision rests on.</summary>
    private sealed record Case
    {
        public string Policy { get; init; } = """
            {
              "roles": { "oncall": {
                "members": ["spiffe://corp.example/eng/*"],
                "targets": [{ "host": "pay-*", "process": "Pay*", "user": "pay" }],
                "allow": ["counters"],
                "withGrant": { "dump.heap": { "approvers": 2 }, "trace": { "approvers": 2 }, "unscrubbed": { "approvers": 2 } },
                "breakGlass": { "allow": ["gcdump"], "for": "00:10:00" }
              } },
              "approvers": { "members": ["spiffe://corp.example/lead/*", "spiffe://corp.example/eng/alice"] }
            }
            """;

        public required X509Certificate2 Session { get; init; }

        public required OperationRequest Request { get; init; }

        public required GrantDocument? Grant { get; init; }

        public required X509Certificate2[] Signers { get; init; }

        public AccessTarget Target { get; init; } = GrantSamples.Target;

        public string? Reason { get; init; } = "checkout slow";

        public string? Incident { get; init; } = "INC-812";

        public string? Deny { get; init; }

        public bool Killed { get; init; }

        public DateTimeOffset ListUntil { get; init; } = GrantSamples.Now.AddHours(1);

        public bool Sent { get; init; } = true;

        public bool Changed { get; init; }

        public Func<string, string?>? Named { get; init; }

        public Decision Decide(TestAuthority authority)
        {
            GrantFiles? files = Grant is null ? null : GrantSamples.Sign(Grant, Signers);
            string? named = files is null ? null : (Named ?? (sha256 => sha256))(files.Sha256);
            if (Changed)
            {
                byte[] changed = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(files!.Document.Span).Replace("\"uses\":1", "\"uses\":9", StringComparison.Ordinal));
                files = files with { Document = changed };
                named = Named is null ? files.Sha256 : named;
            }
            HostTrust trust = Trust(authority);
            return trust.Decide(Proven(authority), Request with { Grant = named }, Sent ? files : null, Target, "default", GrantSamples.Now);
        }

        private HostTrust Trust(TestAuthority authority)
        {
            string deny = $$"""{ "purpose": "debugrelay deny list", "version": 2, "entries": [{{Deny}}] }""";
            return new HostTrust(Store(authority, ListUntil), PolicyDocument.Parse(Encoding.UTF8.GetBytes(Policy))) { Deny = DenyList.Parse(Encoding.UTF8.GetBytes(deny)), IsKilled = Killed };
        }

        private static TrustStore Store(TestAuthority authority, DateTimeOffset until)
        {
            using var folder = new TemporaryDirectory();
            string path = folder.File("ca.crl");
            File.WriteAllBytes(path, authority.RevocationList(until, 1));
            return new TrustStore([authority.Certificate], CertificateRevocationLists.Load(path));
        }

        private VerifiedSession Proven(TestAuthority authority)
        {
            using ECDsa key = EphemeralKey.NewPair();
            var statement = new SessionStatement
            {
                Host = GrantSamples.Host, Session = "s-1", Nonce = "n", EphemeralKey = EphemeralKey.Of(key), NotAfter = GrantSamples.Now.AddHours(10), Reason = Reason, Incident = Incident,
            };
            ProofResult<VerifiedSession> result = SessionProof.Create(Session, [], statement).Verify(authority.Trust, GrantSamples.Host, "s-1", "n", GrantSamples.Now);
            return result.Value ?? throw new InvalidOperationException(result.Message);
        }
    }
}
