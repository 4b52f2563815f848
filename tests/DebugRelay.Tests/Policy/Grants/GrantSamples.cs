using System.Security.Cryptography.X509Certificates;
using System.Text;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Revocation;
using DebugRelay.Policy.Rules;

namespace DebugRelay.Tests.Policy.Grants;

/// <summary>Grants right in everything, and the means to make them wrong in one thing.</summary>
internal sealed class GrantSamples : IDisposable
{
    public const string Host = "pay-07.prod";
    public static readonly DateTimeOffset Now = TestAuthority.Now;
    public static readonly AccessTarget Target = new() { Host = Host, Pid = 42, StartTime = 4711, Name = "Payments", User = "pay" };

    public GrantSamples() => Authority = TestAuthority.Create();

    public TestAuthority Authority { get; }

    public static PeerIdentity Alice => Identity("spiffe://corp.example/eng/alice");

    public static PolicyDocument Policy(int approvers = 1) => PolicyDocument.Parse(Encoding.UTF8.GetBytes($$"""
        {
          "roles": { "oncall": {
            "members": ["spiffe://corp.example/eng/*"],
            "targets": [{ "process": "*" }],
            "withGrant": { "dump.heap": { "approvers": {{approvers}} }, "trace": { "approvers": {{approvers}} }, "unscrubbed": { "approvers": {{approvers}} } }
          } },
          "approvers": { "members": ["spiffe://corp.example/lead/*", "spiffe://corp.example/eng/alice"] }
        }
        """));

    public static GrantScope Scope => new()
    {
        Requester = Alice,
        Hosts = [Host],
        Processes = [GrantProcess.One(42, 4711)],
        Operations = [Operations.DumpHeap],
        Reason = "checkout slow",
        Incident = "INC-812",
    };

    public static GrantDocument Document => new()
    {
        Id = "g-17",
        Scope = Scope,
        NotBefore = Now.AddMinutes(-1),
        NotAfter = Now.AddMinutes(30),
        RequestSha256 = new string('a', 64),
    };

    public static AccessRequest Request => new() { Operation = Operations.DumpHeap, Target = Target, Reason = "checkout slow", Incident = "INC-812" };

    public X509Certificate2 Lead(string name = "lea", DateTimeOffset? until = null, params string[] usages) => Authority.Issue(
        names: TestAuthority.Names(TestAuthority.Uri($"spiffe://corp.example/lead/{name}")),
        usages: usages.Length > 0 ? usages : [TestAuthority.ClientUsage, PolicyDocument.DefaultApproverUsage],
        until: until);

    public static GrantFiles Sign(GrantDocument document, params X509Certificate2[] signers) => Sign(document.ToUtf8(), signers);

    public static GrantFiles Sign(byte[] bytes, params X509Certificate2[] signers)
    {
        byte[] signatures = [];
        foreach (X509Certificate2 signer in signers) signatures = DetachedSignature.Sign(bytes, signatures, signer, []);
        return new GrantFiles(bytes, signatures);
    }

    public CheckedGrant Verify(GrantFiles files, int approvers = 1, DateTimeOffset? at = null, TrustStore? trust = null, DenyList? deny = null) =>
        GrantCheck.Verify(files, Policy(approvers), trust ?? Authority.Trust, deny ?? DenyList.None, at ?? Now);

    /// <summary>The whole way: signatures, scope, role.</summary>
    public Decision Decide(
        GrantFiles files, int approvers = 1, AccessRequest? request = null, DateTimeOffset? at = null, PeerIdentity? requester = null, TrustStore? trust = null, DenyList? deny = null)
    {
        DateTimeOffset now = at ?? Now;
        Approval approval = GrantCheck.For(Verify(files, approvers, now, trust, deny), requester ?? Alice, request ?? Request, "default", now);
        return PolicyEngine.Decide(Policy(approvers), requester ?? Alice, (request ?? Request) with { Approval = approval }, now);
    }

    public static PeerIdentity Identity(string text) => PeerIdentity.TryParse(text, out PeerIdentity? identity, out string problem) ? identity : throw new ArgumentException(problem);

    public void Dispose() => Authority.Dispose();
}
