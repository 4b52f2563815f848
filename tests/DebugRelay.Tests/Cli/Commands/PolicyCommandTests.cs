using System.Text.Json;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli.Commands;

public sealed class PolicyCommandTests : IDisposable
{
    private const string Policy = """
        {
          // who is on call
          "roles": {
            "oncall": {
              "members": ["spiffe://corp.example/eng/*"],
              "targets": [{ "host": "pay-*", "process": "Payments*", "user": "payments" }],
              "allow": ["process.list", "trace"], "withGrant": { "dump.heap": { "approvers": 2 } }, "limits": { "session": "20m" }
            }
          },
          "approvers": { "members": ["spiffe://corp.example/lead/*"] }
        }
        """;

    private readonly ClientUnderTest _client = new();

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData(0, "allowed: role oncall allows trace", "--operation", "trace", "--process", "Payments.Api", "--user", "payments", "--host", "pay-7")]
    [InlineData(0, "allowed: role oncall allows process.list", "--operation", "process.list", "--host", "pay-7")]
    [InlineData(3, "denied: no role of spiffe://corp.example/eng/alice allows trace", "--operation", "trace", "--process", "Payments.Api", "--user", "root", "--host", "pay-7")]
    [InlineData(3, "denied: no role of spiffe://corp.example/eng/alice allows trace", "--operation", "trace", "--process", "4711", "--user", "payments", "--host", "pay-7")]
    [InlineData(3, "a grant by 2 approvers would allow it", "--operation", "dump.heap", "--process", "Payments.Api", "--user", "payments", "--on", "pay-7")]
    [InlineData(2, "", "--operation", "profile", "--process", "Payments.Api")]
    [InlineData(2, "", "--operation", "trace", "--process", "Payments.Api", "--at", "soon")]
    public async Task Test_answers_as_a_host_would(int exitCode, string expected, params string[] args)
    {
        Outcome outcome = await RunAsync([.. args, "--as", "spiffe://corp.example/eng/alice"]);

        Assert.Equal(exitCode, outcome.ExitCode);
        Assert.Contains(expected, outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Test_gives_json_with_the_rule_and_the_end()
    {
        Outcome outcome = await RunAsync(
            "--json", "--as", "spiffe://corp.example/eng/alice", "--operation", "trace", "--process", "Payments", "--user", "payments", "--host", "pay-7", "--at", "2031-05-06T12:00:00Z");

        JsonElement answer = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.True(answer.GetProperty("allowed").GetBoolean());
        Assert.Equal("oncall", answer.GetProperty("role").GetString());
        Assert.Equal(new DateTimeOffset(2031, 5, 6, 12, 20, 0, TimeSpan.Zero), answer.GetProperty("notAfter").GetDateTimeOffset());
        Assert.Equal("*", answer.GetProperty("limits").GetProperty("providers")[0].GetString());
    }

    [Fact]
    public async Task An_identity_that_is_none_is_misuse()
    {
        Outcome outcome = await RunAsync("--as", "alice", "--operation", "trace", "--process", "Payments");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("--as begins with none of", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_finds_nothing_in_a_sound_policy()
    {
        Outcome outcome = await _client.RunAsync("policy", "check", Write(Policy));

        Assert.Equal(0, outcome.ExitCode);
        Assert.EndsWith("policy.json: OK\n", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_names_what_a_host_would_refuse_with_its_line()
    {
        Outcome outcome = await _client.RunAsync("policy", "check", Write(Policy.Replace("\"trace\"", "\"trase\"", StringComparison.Ordinal)));

        Assert.Equal(4, outcome.ExitCode);
        Assert.Contains("roles.oncall.allow[1]: line 7: unknown operation", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("a host keeps the one that it has", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_finds_what_does_nothing_and_says_so_in_json()
    {
        string path = Write(Policy.Replace("\"lead/*\"", "", StringComparison.Ordinal).Replace("spiffe://corp.example/lead/*", "cn:lee", StringComparison.Ordinal));
        Outcome outcome = await _client.RunAsync("policy", "check", path, "--json");

        Assert.Equal(4, outcome.ExitCode);
        JsonElement report = JsonDocument.Parse(outcome.Output).RootElement;
        Assert.True(report.GetProperty("valid").GetBoolean());
        Assert.Equal("roles.oncall.withGrant.dump.heap", report.GetProperty("findings")[0].GetProperty("path").GetString());
    }

    [Fact]
    public async Task Schemas_are_printed()
    {
        foreach (string[] args in (string[][])[["policy", "schema"], ["policy", "schema", "--agent"]])
        {
            Outcome outcome = await _client.RunAsync(args);
            Assert.Equal(0, outcome.ExitCode);
            Assert.StartsWith("https://json-schema.org/", JsonDocument.Parse(outcome.Output).RootElement.GetProperty("$schema").GetString());
        }
    }

    private Task<Outcome> RunAsync(params string[] args) => _client.RunAsync(["policy", "test", "--policy", Write(Policy), .. args]);

    private string Write(string policy)
    {
        File.WriteAllText(_client.File("policy.json"), policy);
        return _client.File("policy.json");
    }
}
