using System.Text.Json;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli;

public sealed class HostsCommandTests : IDisposable
{
    private readonly ClientUnderTest _client = new();

    public void Dispose() => _client.Dispose();

    [Fact]
    public async Task Each_host_of_the_configuration_answers_or_says_why_not()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), new FakeSession { ClockAhead = TimeSpan.FromMinutes(-2) }.ServeAsync);
        File.WriteAllText(_client.File("config.json"), $$"""
            {
              "cert": "pki/alice.crt", "key": "pki/alice.key", "ca": "pki/ca.crt",
              "hosts": { "pay": { "address": "{{agent.Address}}" }, "gone": { "address": "127.0.0.1:1" } }
            }
            """);
        Outcome table = await _client.RunAsync("hosts");
        Assert.Equal((0, ""), (table.ExitCode, table.Error));
        string[] lines = table.Output.TrimEnd().Split('\n');
        Assert.Matches(@"^HOST +ADDRESS +AGENT +MS +STATE$", lines[0]);
        Assert.Matches(@"^pay .* 0\.0-fake +\d+  answers, its clock is 1[12]\d s behind$", lines[1]);
        Assert.Matches(@"^gone .* no connection to 127.0.0.1:1", lines[2]);

        Outcome json = await _client.RunAsync("hosts", "--host", "gone", "--json");
        using var gone = JsonDocument.Parse(json.Output);
        Assert.Contains("no connection", gone.RootElement.GetProperty("problem").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Clocks_that_differ_are_noted()
    {
        await using FakeAgent agent = FakeAgent.Start(_client.Load("agent"), new FakeSession { ClockAhead = TimeSpan.FromMinutes(3.5) }.ServeAsync);
        Outcome outcome = await _client.RunAsync(agent, "ps");
        Assert.Equal(0, outcome.ExitCode);
        Assert.Equal("note: the host's clock is 3 min ahead of the one here\n", outcome.Error);
    }
}
