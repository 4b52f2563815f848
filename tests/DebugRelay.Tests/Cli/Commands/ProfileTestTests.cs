using System.Text.Json;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

/// <summary>`policy test --profile` and `scrub` with profiles of a user's own.</summary>
public sealed class ProfileTestTests : IDisposable
{
    private const string Profile = """
        {
          "rules": [
            { "provider": "Noise", "action": "drop" },
            { "provider": "Shop", "event": "OrderPlaced", "field": "email", "action": "hash", "name": "customer" },
            { "provider": "Shop", "event": "7", "action": "truncate", "length": 4 },
          ],
          "detectors": { "email": { "action": "mask", "style": "length" } },
        }
        """;

    private readonly ClientUnderTest _client = new();

    public ProfileTestTests() => File.WriteAllText(_client.File("scrub.json"), Profile);

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("Shop", "OrderPlaced", "email", "hash as customer   (scrub.json line 4)\n  becomes  customer:k1:")]
    [InlineData("Shop", "7", "note", "truncate to 4, but for what the detectors find   (scrub.json line 5)\n  becomes  ****\n")]
    [InlineData("Shop", "Other", "Customer.Email", "keep, but for what the detectors find   (otherText)\n  becomes  *****************\n  counted  email 1\n")]
    [InlineData("Shop", "Other", "Password", "mask as generic-secret   (the field's name says that it is secret)\n  becomes  [generic-secret]\n")]
    [InlineData("Noise", "Any", "x", "drop the event   (scrub.json line 3)\n")]
    [InlineData("Private.Things", "Any", "x", "drop the event   (privateProviders)\n")]
    public async Task Says_what_is_done_and_which_rule_says_so(string provider, string @event, string field, string expected)
    {
        Outcome outcome = await _client.RunAsync(
            "policy", "test", "--profile", _client.File("scrub.json"), "--provider", provider, "--event", @event, "--field", field, "--value", "alice@example.com");

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.StartsWith(expected, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Gives_json_and_judges_numbers_and_bytes()
    {
        Outcome number = await _client.RunAsync(
            "policy", "test", "--profile", "strict", "--provider", "Shop", "--event", "1", "--field", "amount", "--type", "number", "--json");
        Outcome bytes = await _client.RunAsync("policy", "test", "--profile", "default", "--provider", "Shop", "--event", "1", "--field", "raw", "--type", "bytes");

        Assert.Equal("zero", JsonDocument.Parse(number.Output).RootElement.GetProperty("action").GetString());
        Assert.Equal("zero   (bytes)\n", bytes.Output);
    }

    [Fact]
    public async Task A_question_that_is_not_complete_is_misuse()
    {
        Assert.Equal(2, (await _client.RunAsync("policy", "test", "--profile", "default", "--provider", "A")).ExitCode);
        Assert.Equal(2, (await _client.RunAsync("policy", "test")).ExitCode);
        Assert.Equal(2, (await _client.RunAsync("policy", "test", "--profile", _client.File("none.json"), "--provider", "A", "--event", "B", "--field", "C")).ExitCode);
    }

    [Fact]
    public async Task A_file_is_scrubbed_with_a_profile_of_ones_own()
    {
        File.WriteAllText(_client.File("in.log"), "by alice@example.com\n");

        Outcome outcome = await _client.RunAsync("scrub", "--profile", _client.File("scrub.json"), _client.File("in.log"), _client.File("out.log"));

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Equal("by *****************\n", File.ReadAllText(_client.File("out.log")));
    }

    [Fact]
    public async Task A_profile_that_is_wrong_is_told_with_its_line()
    {
        File.WriteAllText(_client.File("bad.json"), "{\n \"rulez\": [] }");

        Outcome outcome = await _client.RunAsync("scrub", "--profile", _client.File("bad.json"), _client.File("scrub.json"), _client.File("out"));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("rulez (line 2): unknown key", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_ships_can_be_printed_and_used_as_a_file()
    {
        Outcome schema = await _client.RunAsync("scrub", "--schema");
        Assert.Equal("object", JsonDocument.Parse(schema.Output).RootElement.GetProperty("type").GetString());

        Outcome strict = await _client.RunAsync("scrub", "--show", "strict");
        File.WriteAllText(_client.File("mine.json"), strict.Output);
        File.WriteAllText(_client.File("in.log"), "text");
        Assert.Equal(0, (await _client.RunAsync("scrub", "--profile", _client.File("mine.json"), _client.File("in.log"), _client.File("out.log"))).ExitCode);
        Assert.Equal(2, (await _client.RunAsync("scrub", "--show", "lenient")).ExitCode);
    }
}
