using System.Text;
using System.Text.Json;
using DebugRelay.Scrubbing;
using Xunit;

namespace DebugRelay.Tests.Scrubbing.Profiles;

public class ProfileReaderTests
{
    [Fact]
    public void Comments_and_trailing_commas_are_welcome()
    {
        var profile = Parse("""
            {
              // Why we do this.
              "extends": "strict",
              "rules": [ { "provider": "Shop", "field": "email", "action": "hash", "name": "customer", }, /* more to come */ ],
            }
            """);

        Assert.Equal("scrub.json", profile.Name);
        Assert.Equal(64, profile.Sha256.Length);
        Assert.False(profile.IsNone);
    }

    [Theory]
    [InlineData("{ \"rulez\": [] }", "rulez (line 1): unknown key; known here: ")]
    [InlineData("{\n \"rules\": [\n {\"action\": \"mask\",\n \"fields\": \"x\"} ] }", "rules[0].fields (line 4): unknown key")]
    [InlineData("{\n \"detectors\": {\n \"e-mail\": \"off\" } }", "detectors.e-mail (line 3): there is no such rule; known here: ")]
    [InlineData("{ \"detectors\": { \"email\": \"keep\" } }", "detectors.email (line 1): must be one of off, mask, hash, drop")]
    [InlineData("{ \"detectors\": { \"email\": { \"action\": \"keep\" } } }", "cannot be keep")]
    [InlineData("{ \"bytes\": \"maybe\" }", "bytes (line 1): must be one of mask, keep")]
    [InlineData("{ \"extends\": \"none\" }", "must be one of default, strict")]
    [InlineData("{ \"bytes\": \"mask\",\n \"bytes\": \"keep\" }", "bytes (line 2): appears twice")]
    [InlineData("{ \"rules\": [ { \"provider\": \"A\" } ] }", "\"action\" is missing")]
    [InlineData("{ \"rules\": [ { \"action\": \"truncate\" } ] }", "\"length\" is missing")]
    [InlineData("{ \"rules\": [ { \"action\": \"mask\", \"length\": 4 } ] }", "is for the action truncate alone")]
    [InlineData("{ \"rules\": [ { \"action\": \"hash\", \"style\": \"length\" } ] }", "is for the action mask alone")]
    [InlineData("{ \"rules\": [ { \"action\": \"mask\", \"search\": false } ] }", "is for what is kept")]
    [InlineData("{ \"rules\": [ { \"action\": \"mask\", \"name\": \"Big Name\" } ] }", "must be small letters")]
    [InlineData("{ \"allow\": { \"headers\": [ \"Accept\",\n \"accept\" ] } }", "allow.headers[1] (line 2): appears twice")]
    [InlineData("{\n\n oops }", "profile (line 3): is not well-formed JSON")]
    [InlineData("{} {}", "profile (line 1): is not well-formed JSON")]
    [InlineData("[]", "must be an object")]
    public void What_is_wrong_is_told_with_its_line(string json, string complaint)
        => Assert.Contains(complaint, Assert.Throws<ScrubProfileException>(() => Parse(json)).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("""{ "provider": "System.*", "action": "keep" }""", """{ "provider": "System.Net.Http", "field": "url", "action": "mask" }""")]
    [InlineData("""{ "field": "*mail", "action": "hash" }""", """{ "provider": "Shop", "field": "email", "action": "mask" }""")]
    [InlineData("""{ "action": "keep" }""", """{ "type": "number", "action": "mask" }""")]
    [InlineData("""{ "provider": "A", "action": "mask" }""", """{ "provider": "a", "action": "drop" }""")]
    public void A_rule_that_can_never_match_is_an_error(string first, string second)
    {
        string json = $"{{ \"rules\": [\n{first},\n{second} ] }}";
        var error = Assert.Throws<ScrubProfileException>(() => Parse(json));
        Assert.Equal("rules[1] (line 3): can never match: the rule of line 2 takes all that it would", error.Message);
    }

    [Theory]
    [InlineData("""{ "provider": "System.Net.Http", "action": "keep" }""", """{ "provider": "System.*", "action": "mask" }""")]
    [InlineData("""{ "provider": "A", "field": "x", "action": "keep" }""", """{ "provider": "A", "action": "drop" }""")]
    [InlineData("""{ "provider": "A", "field": "*", "action": "keep" }""", """{ "provider": "A", "action": "drop" }""")]
    [InlineData("""{ "type": "text", "action": "keep" }""", """{ "action": "mask" }""")]
    public void A_rule_for_which_something_is_left_is_none(string first, string second) => _ = Parse($"{{ \"rules\": [ {first}, {second} ] }}");

    [Theory]
    [InlineData("""{ "name": "order", "pattern": "ORD-[0-9]{4}", "example": "no such thing" }""", "its example holds nothing that the pattern finds")]
    [InlineData("""{ "name": "order", "pattern": "(a)\\1", "example": "aa" }""", "backtracking")]
    [InlineData("""{ "name": "order", "pattern": "(", "example": "aa" }""", "userRules[0] (line 1)")]
    [InlineData("""{ "name": "order", "pattern": "a*", "example": "aa" }""", "matches the empty text")]
    [InlineData("""{ "name": "email", "pattern": "a+", "example": "aa" }""", "is the name of another rule")]
    [InlineData("""{ "name": "order", "pattern": "[a-z]+@shop[.]example", "example": "bob@shop.example" }""", "its example is found by another rule")]
    [InlineData("""{ "name": "order", "pattern": "a+" }""", "\"example\" is missing")]
    public void A_rule_of_ones_own_must_find_its_example(string rule, string complaint)
        => Assert.Contains(complaint, Assert.Throws<ScrubProfileException>(() => Parse($"{{ \"userRules\": [ {rule} ] }}")).Message, StringComparison.Ordinal);

    [Fact]
    public void A_profile_that_is_too_large_is_refused()
        => Assert.Contains("larger than", Assert.Throws<ScrubProfileException>(() => Parse($"{{ \"description\": \"{new string('x', 40 * 1024)}\" }}")).Message, StringComparison.Ordinal);

    [Fact]
    public void Shipped_profiles_can_be_read_as_files_and_mean_the_same()
    {
        foreach (string name in (string[])["default", "strict"])
        {
            var copy = ScrubProfile.Parse(name, Encoding.UTF8.GetBytes(ScrubProfile.Text(name)));
            Assert.Equal(ScrubProfile.Load(name).Sha256, copy.Sha256);
            Assert.Empty(Canaries.Survivors(copy));
        }

        Assert.Equal(ScrubProfile.Default.Rules, Parse("{}").Rules);
    }

    [Fact]
    public void The_schema_knows_each_key_that_the_reader_knows()
    {
        using var schema = JsonDocument.Parse(ScrubProfile.Schema);
        var known = schema.RootElement.GetProperty("properties").EnumerateObject().Select(p => p.Name).Order(StringComparer.Ordinal);
        var complaint = Assert.Throws<ScrubProfileException>(() => Parse("""{ "?": 0 }""")).Message;
        Assert.Equal(known, complaint[(complaint.IndexOf("known here: ", StringComparison.Ordinal) + 12)..].Split(", "));

        var rule = schema.RootElement.GetProperty("properties").GetProperty("rules").GetProperty("items").GetProperty("properties").EnumerateObject().Select(p => p.Name);
        complaint = Assert.Throws<ScrubProfileException>(() => Parse("""{ "rules": [ { "?": 0, "action": "truncate", "length": 1 } ] }""")).Message;
        Assert.Equal(rule.Order(StringComparer.Ordinal), complaint[(complaint.IndexOf("known here: ", StringComparison.Ordinal) + 12)..].Split(", "));
    }

    [Fact]
    public void The_example_of_the_documentation_is_a_profile()
    {
        string page = File.ReadAllText(Path.Combine(Path.GetDirectoryName(Here())!, "../../../../docs/scrubbing.md"));
        string example = page.Split("```jsonc\n")[1].Split("```")[0];
        Assert.Contains("order-number", Parse(example).Rules);
        _ = DebugRelay.Policy.Rules.ProviderArguments.Parse(Encoding.UTF8.GetBytes(example));
    }

    private static string Here([System.Runtime.CompilerServices.CallerFilePath] string here = "") => here;

    private static ScrubProfile Parse(string json) => ScrubProfile.Parse("scrub.json", Encoding.UTF8.GetBytes(json));
}
