using DebugRelay.Policy.Identity;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Rules;

public class PatternTests
{
    [Theory]
    [InlineData("spiffe://corp.example/eng/*", "spiffe://corp.example/eng/alice", true)]
    [InlineData("spiffe://corp.example/*/alice", "spiffe://corp.example/eng/alice", true)]
    [InlineData("spiffe://corp.example/*/*", "spiffe://corp.example/eng/alice", true)]
    [InlineData("spiffe://corp.example/eng/alice", "spiffe://corp.example/eng/alice", true)]
    [InlineData("spiffe://corp.example/eng/*", "spiffe://corp.example/eng", false)]
    [InlineData("spiffe://corp.example/eng/*", "spiffe://corp.example/eng/sub/alice", false)]
    [InlineData("spiffe://corp.example/eng/*", "spiffe://corp.example/engineering/alice", false)]
    [InlineData("spiffe://corp.example/eng/*", "spiffe://corp.example/Eng/alice", false)]
    [InlineData("spiffe://corp.example/eng/*", "spiffe://corp.example.evil/eng/alice", false)]
    [InlineData("spiffe://corp.example/*", "spiffe://corp.example/eng/alice", false)]
    [InlineData("spiffe://corp.example/eng/alice", "spiffe://corp.example/eng/alice2", false)]
    [InlineData("spiffe://corp.example/eng/a.b", "spiffe://corp.example/eng/axb", false)]
    [InlineData("email:Bob@corp.example", "email:bob@corp.example", true)]
    [InlineData("email:bob@corp.example", "email:bob@corp.example.evil", false)]
    [InlineData("email:bob@corp.example", "cn:bob@corp.example", false)]
    [InlineData("cn:bob", "cn:bob", true)]
    [InlineData("cn:bob", "cn:Bob", false)]
    public void An_identity_matches_segment_by_segment(string pattern, string identity, bool expected)
    {
        IdentityPattern parsed = IdentityPattern.TryParse(pattern, out string problem) ?? throw new InvalidOperationException(problem);
        Assert.True(PeerIdentity.TryParse(identity, out PeerIdentity? peer, out _));

        Assert.Equal(expected, parsed.Matches(peer));
    }

    [Theory]
    [InlineData("*")]
    [InlineData("spiffe://*")]
    [InlineData("spiffe://*/eng/alice")]
    [InlineData("spiffe://*.example/eng/alice")]
    [InlineData("spiffe://corp.example/eng/al*")]
    [InlineData("spiffe://corp.example/eng/**")]
    [InlineData("spiffe://corp.example/eng/")]
    [InlineData("spiffe://corp.example/eng/a?ice")]
    [InlineData("SPIFFE://corp.example/eng/alice")]
    [InlineData("email:*@corp.example")]
    [InlineData("email:*")]
    [InlineData("cn:*")]
    [InlineData("bob@corp.example")]
    public void A_wildcard_anywhere_else_is_refused(string pattern) => Assert.Null(IdentityPattern.TryParse(pattern, out _));

    [Theory]
    [InlineData("Payments*", "Payments", true)]
    [InlineData("Payments*", "Payments.Api", true)]
    [InlineData("Payments*", "payments", false)]
    [InlineData("Payments*", "MyPayments", false)]
    [InlineData("*Api*", "Payments.Api.dll", true)]
    [InlineData("?at", "cat", true)]
    [InlineData("?at", "at", false)]
    [InlineData("a*b*c", "axxbxxbyc", true)]
    [InlineData("a*b*c", "axxbxxbyd", false)]
    [InlineData("*", "", true)]
    [InlineData("**", "any/thing", true)]
    [InlineData("a.c", "abc", false)]
    public void A_glob_matches_the_whole_name(string pattern, string text, bool expected) => Assert.Equal(expected, new Glob(pattern).Matches(text));

    [Fact]
    public void A_hostile_glob_ends_soon()
    {
        var glob = new Glob(string.Concat(Enumerable.Repeat("*a", 100)) + "b");

        Assert.False(glob.Matches(new string('a', 5_000)));
    }
}
