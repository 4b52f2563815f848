using DebugRelay.Scrubbing;
using DebugRelay.Scrubbing.Detectors;
using DebugRelay.Scrubbing.Text;
using Xunit;

namespace DebugRelay.Tests.Scrubbing;

public class RuleCatalogTests
{
    [Fact]
    public void Every_rule_has_a_name_of_its_own_that_can_stand_in_a_report()
    {
        Assert.Equal(RuleCatalog.All.Count, RuleCatalog.All.Select(r => r.Name).Distinct().Count());
        Assert.All(RuleCatalog.All, r => Assert.Matches("^[a-z0-9-]+$", r.Name));
        Assert.All(RuleCatalog.All, r => Assert.Same(r, RuleCatalog.Find(r.Name)));
        Assert.Null(RuleCatalog.Find("Email"));
    }

    [Fact]
    public void Only_rules_that_are_on_make_findings()
    {
        var scrubber = new TextScrubber("test", RuleCatalog.Set(["email", "generic-secret"], []));

        Assert.Equal("[email] 4111111111111111 password=[generic-secret] Cookie: a=b", scrubber.Scrub("a@example.com 4111111111111111 password=hunter2 Cookie: a=b"));
        Assert.Equal("{\"password\":\"[generic-secret]\",\"cookie\":\"abcdef\"}", scrubber.Scrub("{\"password\":\"hunter2\",\"cookie\":\"abcdef\"}"));
    }

    [Fact]
    public void An_unknown_rule_is_an_error_that_names_it() =>
        Assert.Contains("'mail'", Assert.Throws<ArgumentException>(() => RuleCatalog.Set(["mail"], [])).Message, StringComparison.Ordinal);

    [Fact]
    public void More_detectors_than_bits_all_run()
    {
        var own = Enumerable.Range(0, 100).Select(i => Own($"own-{i}", $"own{i:D3}x"));
        var scrubber = new TextScrubber("test", RuleCatalog.Set(["email"], own));

        Assert.Equal("[own-0] [own-62] [own-63] [own-99] [email]", scrubber.Scrub("own000x own062x own063x own099x a@example.com"));
    }

    [Fact]
    public void A_user_rule_masks_its_group_or_its_match()
    {
        var order = new RegexDetector(Rule.OfUser("order", lowEntropy: false), @"order (?<secret>\d{6})", ["order"], new Canary("order 123456", "123456"));
        var scrubber = new TextScrubber("test", RuleCatalog.Set([], [order, Own("word", @"tweet\w*")]));

        Assert.Equal("order [order], [word]!", scrubber.Scrub("order 987654, tweety!"));
        Assert.Empty(Canaries.Survivors(scrubber, [order]));
    }

    [Theory]
    [InlineData(@"(a)\1", "backtracking")]
    [InlineData("(?<=x)a", "backtracking")]
    [InlineData("a*", "empty text")]
    [InlineData("(", "")]
    public void A_pattern_that_cannot_be_used_is_an_error(string pattern, string reason) =>
        Assert.Contains(reason, Assert.ThrowsAny<ArgumentException>(() => Own("x", pattern)).Message, StringComparison.Ordinal);

    [Fact]
    public void A_user_rule_that_takes_too_long_masks_the_field()
    {
        var slow = new RegexDetector(Rule.OfUser("slow", lowEntropy: false), "a", [], new Canary("a", "a"), new LeapingTime());
        var scrubber = new TextScrubber("test", RuleCatalog.Set([], [slow]));

        Assert.Equal("[unscannable]", scrubber.Scrub("aaaaaa"));
    }

    [Fact]
    public void A_user_rule_finds_what_lies_across_windows()
    {
        var text = new string('.', Limits.UserRuleText - 3) + "tweety" + new string('.', 5_000);

        Assert.Contains("..[word]..", new TextScrubber("test", RuleCatalog.Set([], [Own("word", @"tweety")])).Scrub(text), StringComparison.Ordinal);
    }

    private static RegexDetector Own(string name, string pattern) => new(Rule.OfUser(name, lowEntropy: false), pattern, [], new Canary(pattern, pattern));

    /// <summary>A clock that goes on by a second with each look.</summary>
    private sealed class LeapingTime : TimeProvider
    {
        private long _seconds;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => _seconds++;
    }
}
