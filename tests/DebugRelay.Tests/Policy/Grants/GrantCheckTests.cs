using System.Security.Cryptography.X509Certificates;
using DebugRelay.Policy.Cms;
using DebugRelay.Policy.Grants;
using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Revocation;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Grants;

/// <summary>Who counts as an approver, and who only seems to.</summary>
public sealed class GrantCheckTests : IDisposable
{
    private readonly GrantSamples _grants = new();

    [Fact]
    public void One_approver_opens_what_asks_for_one_and_the_reason_names_rule_and_grant()
    {
        Decision decision = _grants.Decide(GrantSamples.Sign(GrantSamples.Document, _grants.Lead()));
        Assert.True(decision.Allowed, decision.Reason);
        Assert.Equal("role oncall allows dump.heap with grant g-17 by spiffe://corp.example/lead/lea", decision.Reason);
        Assert.Equal("g-17", decision.Grant);
        Assert.Equal(GrantSamples.Now.AddMinutes(30), decision.NotAfter);
    }

    [Fact]
    public void A_copy_with_one_of_two_signatures_does_not_open_what_asks_for_two()
    {
        X509Certificate2 lea = _grants.Lead(), leo = _grants.Lead("leo");
        GrantFiles both = GrantSamples.Sign(GrantSamples.Document, lea, leo);
        Assert.True(_grants.Decide(both, approvers: 2).Allowed);
        Decision copy = _grants.Decide(both with { Signatures = GrantSamples.Sign(GrantSamples.Document, lea).Signatures }, approvers: 2);
        Assert.False(copy.Allowed);
        Assert.Contains("1 of 2 approvers", copy.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_certificate_for_clients_alone_does_not_approve() =>
        AssertNobody(GrantSamples.Sign(GrantSamples.Document, _grants.Lead("lea", null, TestAuthority.ClientUsage)), "was not issued for approving grants");

    [Fact]
    public void The_requester_does_not_count_whatever_certificate_he_signs_with()
    {
        byte[] alice = TestAuthority.Names(TestAuthority.Uri("spiffe://corp.example/eng/alice"));
        X509Certificate2 other = _grants.Authority.Issue(names: alice, usages: [PolicyDocument.DefaultApproverUsage]);
        AssertNobody(GrantSamples.Sign(GrantSamples.Document, other), "nobody approves his own request");
        Decision withLead = _grants.Decide(GrantSamples.Sign(GrantSamples.Document, other, _grants.Lead()), approvers: 2);
        Assert.False(withLead.Allowed);
        Assert.Contains("1 of 2 approvers", withLead.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void One_person_with_two_certificates_counts_once()
    {
        Decision decision = _grants.Decide(GrantSamples.Sign(GrantSamples.Document, _grants.Lead(), _grants.Lead()), approvers: 2);
        Assert.False(decision.Allowed);
        Assert.Contains("signed twice, and counts once", decision.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Who_is_no_member_of_approvers_does_not_count()
    {
        X509Certificate2 mallory = _grants.Authority.Issue(
            names: TestAuthority.Names(TestAuthority.Uri("spiffe://corp.example/sales/mallory")), usages: [PolicyDocument.DefaultApproverUsage]);
        AssertNobody(GrantSamples.Sign(GrantSamples.Document, mallory), "is not among the policy's approvers");
    }

    [Fact]
    public void An_expired_approver_does_not_count()
    {
        GrantFiles files = GrantSamples.Sign(GrantSamples.Document, _grants.Lead("lea", GrantSamples.Now.AddMinutes(10)));
        Assert.True(_grants.Decide(files).Allowed);
        Decision later = _grants.Decide(files, at: GrantSamples.Now.AddMinutes(11));
        Assert.False(later.Allowed);
        Assert.Contains("expired", later.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_revoked_approver_does_not_count_and_neither_does_one_whose_list_is_missing()
    {
        X509Certificate2 lea = _grants.Lead();
        GrantFiles files = GrantSamples.Sign(GrantSamples.Document, lea);
        Assert.True(_grants.Decide(files, trust: TrustWith(_grants.Authority.RevocationList(GrantSamples.Now.AddDays(1), 1))).Allowed);
        Decision revoked = _grants.Decide(files, trust: TrustWith(_grants.Authority.RevocationList(GrantSamples.Now.AddDays(1), 2, lea)));
        Assert.False(revoked.Allowed);
        Assert.Contains("was revoked", revoked.Reason, StringComparison.Ordinal);
        using TestAuthority other = TestAuthority.Create("Other CA");
        Assert.False(_grants.Decide(files, trust: TrustWith(other.RevocationList(GrantSamples.Now.AddDays(1), 1))).Allowed);
    }

    [Fact]
    public void An_approver_of_another_authority_does_not_count()
    {
        using TestAuthority other = TestAuthority.Create("Other CA");
        X509Certificate2 lea = other.Issue(
            names: TestAuthority.Names(TestAuthority.Uri("spiffe://corp.example/lead/lea")), usages: [PolicyDocument.DefaultApproverUsage]);
        AssertNobody(GrantSamples.Sign(GrantSamples.Document, lea), "none of the trusted authorities");
    }

    [Fact]
    public void An_approver_below_an_intermediate_counts_when_it_comes_along()
    {
        using TestAuthority intermediate = _grants.Authority.CreateIntermediate("Leads CA");
        X509Certificate2 lea = intermediate.Issue(
            names: TestAuthority.Names(TestAuthority.Uri("spiffe://corp.example/lead/lea")), usages: [PolicyDocument.DefaultApproverUsage]);
        byte[] bytes = GrantSamples.Document.ToUtf8();
        byte[] signatures = DetachedSignature.Sign(bytes, default, lea, [intermediate.Certificate]);
        Assert.True(_grants.Decide(new GrantFiles(bytes, signatures)).Allowed);
    }

    [Fact]
    public void The_policy_may_ask_for_another_usage()
    {
        X509Certificate2 lea = _grants.Lead("lea", null, "1.3.6.1.4.1.99999.1");
        GrantFiles files = GrantSamples.Sign(GrantSamples.Document, lea);
        Assert.Empty(_grants.Verify(files).Approvers);
        PolicyDocument policy = GrantSamples.Policy() with { ApproverUsage = "1.3.6.1.4.1.99999.1" };
        Assert.Single(GrantCheck.Verify(files, policy, _grants.Authority.Trust, DenyList.None, GrantSamples.Now).Approvers);
    }

    public void Dispose() => _grants.Dispose();

    private TrustStore TrustWith(byte[] revocationList)
    {
        using var folder = new TemporaryDirectory();
        string path = folder.File("ca.crl");
        File.WriteAllBytes(path, revocationList);
        return new TrustStore([_grants.Authority.Certificate], CertificateRevocationLists.Load(path));
    }

    private void AssertNobody(GrantFiles files, string because)
    {
        Decision decision = _grants.Decide(files);
        Assert.False(decision.Allowed);
        Assert.Contains(because, decision.Reason, StringComparison.Ordinal);
        Assert.Contains("no approver", decision.Reason, StringComparison.Ordinal);
    }
}
