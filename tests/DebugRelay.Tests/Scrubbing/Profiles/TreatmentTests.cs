using System.Text;
using System.Text.RegularExpressions;
using DebugRelay.Scrubbing;
using Xunit;

namespace DebugRelay.Tests.Scrubbing.Profiles;

/// <summary>What stands in the place of a finding.</summary>
public partial class TreatmentTests
{
    [Theory]
    [InlineData("\"mask\"", "from [email] on")]
    [InlineData("\"drop\"", "from  on")]
    [InlineData("\"off\"", "from alice@example.com on")]
    [InlineData("{ \"action\": \"mask\", \"style\": \"length\" }", "from ***************** on")]
    [InlineData("{ \"action\": \"truncate\", \"length\": 3 }", "from ali… on")]
    // Too little would be gone.
    [InlineData("{ \"action\": \"truncate\", \"length\": 16 }", "from [email] on")]
    public void Findings_are_treated_as_the_profile_says(string treatment, string expected)
        => Assert.Equal(expected, Scrub($"{{ \"detectors\": {{ \"email\": {treatment} }} }}", "from alice@example.com on"));

    [Fact]
    public void A_pseudonym_tells_values_apart_and_nothing_else()
    {
        var profile = Parse("""{ "detectors": { "email": "hash", "generic-secret": "hash" } }""");
        var key = new PseudonymKey();
        using var scrubber = new TextScrubber(profile, key);
        using var beside = new TextScrubber(profile, key);
        using var next = new TextScrubber(profile, new PseudonymKey());

        string alice = scrubber.Scrub("alice@example.com");
        Assert.Matches(Pseudonym(), alice);
        Assert.Equal(alice, beside.Scrub("alice@example.com"));
        Assert.NotEqual(alice, scrubber.Scrub("alicf@example.com"));
        Assert.NotEqual(alice, next.Scrub("alice@example.com"));
        Assert.StartsWith("password=generic-secret:k1:", scrubber.Scrub("password=hunter2-hunter2"), StringComparison.Ordinal);
        Assert.StartsWith("email:k7:", new TextScrubber(profile, new PseudonymKey(7)).Scrub("alice@example.com"), StringComparison.Ordinal);
        Assert.Empty(Canaries.Survivors(profile));
    }

    [Fact]
    public void What_can_be_guessed_gets_no_pseudonym()
    {
        const string Profile = """
            {
              "detectors": { "creditcard": "hash" },
              "userRules": [ { "name": "pin", "pattern": "PIN [0-9]{4}", "example": "PIN 0000", "lowEntropy": true, "action": "hash" } ],
            }
            """;
        Assert.Equal("[creditcard] or [pin]", Scrub(Profile, "4111 1111" + " 1111 1111 or PIN 1234"));
    }

    [Fact]
    public void Hashing_allocates_nothing_once_it_has_begun()
    {
        var profile = Parse("""{ "detectors": { "email": "hash" } }""");
        using var scrubber = new TextScrubber(profile);
        Find(scrubber);

        // The least of several rounds: what the runtime allocates on this thread while it compiles is not meant.
        Assert.Equal(0, Enumerable.Range(0, 8).Min(_ => Allocated(scrubber)));

        static long Allocated(TextScrubber scrubber)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                Find(scrubber);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }

        static void Find(TextScrubber scrubber)
            => Assert.True(scrubber.TryScrub("from alice@example.com on", DebugRelay.Scrubbing.Text.TextKind.Free, "test", out _));
    }

    [Fact]
    public void A_text_in_which_nothing_is_found_costs_no_memory()
    {
        using var scrubber = new TextScrubber(Parse("""{ "extends": "strict", "detectors": { "email": "hash" } }"""));
        Assert.False(scrubber.TryScrub("an order of 17 teapots at 14:05, all blue", DebugRelay.Scrubbing.Text.TextKind.Free, "test", out _));
        Assert.Equal(0, Enumerable.Range(0, 8).Min(_ => Allocated(scrubber)));

        static long Allocated(TextScrubber scrubber)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 1000; i++)
            {
                scrubber.TryScrub("an order of 17 teapots at 14:05, all blue", DebugRelay.Scrubbing.Text.TextKind.Free, "test", out _);
            }

            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public void A_cut_never_leaves_half_an_escape()
        => Assert.Equal("""{"password":"[generic-secret]"}""", Scrub("""{ "detectors": { "generic-secret": { "action": "truncate", "length": 3 } } }""", """{"password":"a\u0062cdefghijkl"}"""));

    [Fact]
    public void Ones_own_rule_masks_its_group()
    {
        const string Profile = """{ "userRules": [ { "name": "order", "pattern": "order (?<secret>[A-Z]{4})", "keywords": ["order"], "example": "order ABCD" } ] }""";
        Assert.Equal("an order [order] came", Scrub(Profile, "an order WXYZ came"));
    }

    private static string Scrub(string profile, string text) => new TextScrubber(Parse(profile)).Scrub(text);

    private static ScrubProfile Parse(string json) => ScrubProfile.Parse("scrub.json", Encoding.UTF8.GetBytes(json));

    [GeneratedRegex("^email:k1:[0-9a-f]{16}$")]
    private static partial Regex Pseudonym();
}
