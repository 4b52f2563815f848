using DebugRelay.Policy;
using DebugRelay.Policy.Rules;
using Xunit;

namespace DebugRelay.Tests.Policy.Rules;

public class ProviderRulesTests
{
    [Theory]
    [InlineData("\"*\"", "Any.Provider", ulong.MaxValue, true)]
    [InlineData("\"System.*\"", "System.Runtime", ulong.MaxValue, true)]
    [InlineData("\"System.*\"", "system.Runtime", 1UL, false)]
    [InlineData("\"System.*\"", "XSystem.Runtime", 1UL, false)]
    [InlineData("\"A:0x3\"", "A", 3UL, true)]
    [InlineData("\"A:0x3\"", "A", 0UL, true)]
    [InlineData("\"A:0x3\"", "A", 4UL, false)]
    [InlineData("\"A:0x3\"", "A", 7UL, false)]
    [InlineData("\"A:0x1\", \"A:0x2\"", "A", 3UL, false)]
    [InlineData("\"A:0x1\", \"B\"", "B", 3UL, true)]
    [InlineData("\"A:0x0\"", "A", 1UL, false)]
    [InlineData("", "A", 0UL, false)]
    public void A_provider_is_allowed_with_the_keywords_that_one_pattern_covers(string patterns, string provider, ulong keywords, bool allowed)
        => Assert.Equal(allowed, Limits(patterns).Providers.Allow(provider, keywords));

    [Theory]
    [InlineData("A:")]
    [InlineData("A:3")]
    [InlineData("A:0x")]
    [InlineData("A:0x12345678901234567")]
    [InlineData(":0x1")]
    [InlineData("A:0x1:0x2")]
    public void What_is_no_pattern_is_refused(string pattern) => Assert.Throws<DocumentException>(() => Limits($"\"{pattern}\""));

    [Fact]
    public void Two_roles_allow_what_either_does()
    {
        RoleLimits both = Limits("\"A:0x1\"").Widest(Limits("\"B\""));

        Assert.True(both.Providers.Allow("A", 1) && both.Providers.Allow("B", 8));
        Assert.False(both.Providers.Allow("A", 8));
        Assert.Equal(both, Limits("\"B\", \"A:0x1\""));
    }

    private static RoleLimits Limits(string patterns) => PolicyDocument.Parse(System.Text.Encoding.UTF8.GetBytes(
        $$"""{ "roles": { "r": { "members": [], "limits": { "providers": [{{patterns}}] } } } }""")).Roles[0].Limits;
}
