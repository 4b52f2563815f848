using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli;

public sealed class CommandLineTests : IDisposable
{
    private readonly ClientUnderTest _client = new();

    public void Dispose() => _client.Dispose();

    [Theory]
    [InlineData("'frobnicate' is no command", "frobnicate")]
    [InlineData("'--colour' is no command or option", "ps", "--colour", "red")]
    [InlineData("'TARGET' missing", "trace")]
    [InlineData("no host is given", "whoami")]
    [InlineData("'soon' is no duration", "trace", "7", "--duration", "soon")]
    [InlineData("no profile 'everything'", "trace", "7", "--profile", "everything")]
    [InlineData("--buffer 0", "trace", "7", "--buffer", "0")]
    [InlineData("--refresh-interval 61", "counters", "7", "--refresh-interval", "61")]
    [InlineData("exclude each other", "counters", "7", "--json", "--csv")]
    [InlineData("no trust anchor", "recording", "verify", "/")]
    public async Task Misuse_is_told_in_two_lines(string what, params string[] args)
    {
        Outcome outcome = await _client.RunAsync(args);

        Assert.Equal(2, outcome.ExitCode);
        string[] lines = outcome.Error.TrimEnd().Split('\n');
        Assert.Equal(2, lines.Length);
        Assert.Contains(what, lines[0], StringComparison.Ordinal);
        Assert.StartsWith("  ", lines[1], StringComparison.Ordinal);
        Assert.Empty(outcome.Output);
    }

    [Theory]
    [InlineData("demo")]
    [InlineData("whoami")]
    [InlineData("ps")]
    [InlineData("counters")]
    [InlineData("trace")]
    [InlineData("recording", "verify")]
    [InlineData("scrub")]
    [InlineData("pki", "issue")]
    [InlineData("policy", "check")]
    [InlineData("policy", "test")]
    [InlineData("policy", "schema")]
    public async Task Every_command_explains_itself(params string[] path)
    {
        Outcome outcome = await _client.RunAsync([.. path, "--help"]);

        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains("Usage:", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_demo_keeps_nothing_in_a_folder_that_is_in_use()
    {
        File.WriteAllText(_client.File("mine"), "");
        Outcome outcome = await _client.RunAsync("demo", "--keep", Path.GetDirectoryName(_client.File("mine"))!);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("is not empty", outcome.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_pki_is_made_and_nothing_is_made_twice()
    {
        string folder = _client.File("new");
        Assert.Equal(0, (await _client.RunAsync("pki", "init", "--dir", folder)).ExitCode);
        Assert.Equal(0, (await _client.RunAsync("pki", "issue", "--dir", folder, "--name", "agent", "--server", "localhost", "--server", "127.0.0.1")).ExitCode);
        Assert.Equal(0, (await _client.RunAsync("pki", "issue", "--dir", folder, "--name", "alice", "--id", "spiffe://corp.example/eng/alice", "--for", "12h")).ExitCode);
        Assert.Equal(0, (await _client.RunAsync("pki", "revoke", "--dir", folder, "--name", "alice")).ExitCode);
        Assert.All(["ca.crt", "ca.key", "ca.crl", "agent.crt", "agent.key", "alice.crt", "alice.key"], name => Assert.True(File.Exists(Path.Combine(folder, name))));

        Assert.Equal(2, (await _client.RunAsync("pki", "init", "--dir", folder)).ExitCode);
        Assert.Equal(2, (await _client.RunAsync("pki", "issue", "--dir", folder, "--name", "both", "--server", "a", "--id", "email:a@example.com")).ExitCode);
        Assert.Equal(2, (await _client.RunAsync("pki", "revoke", "--dir", folder, "--name", "nobody")).ExitCode);
    }
}
