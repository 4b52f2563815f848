using DebugRelay.Cli.Commands;
using DebugRelay.Tests.Cli.Support;
using Xunit;

namespace DebugRelay.Tests.Cli;

public sealed class HelpTests : IDisposable
{
    private readonly ClientUnderTest _client = new();

    public static TheoryData<string> Commands => [.. Examples.Commands];

    public void Dispose() => _client.Dispose();

    [Theory]
    [MemberData(nameof(Commands))]
    public async Task Help_ends_with_examples_of_the_command(string path)
    {
        Outcome outcome = await _client.RunAsync([.. path.Split(' '), "--help"]);
        Assert.Equal(0, outcome.ExitCode);
        string[] lines = outcome.Output.TrimEnd().Split('\n');
        int examples = Array.IndexOf(lines, "Examples:");
        Assert.True(examples > 0, outcome.Output);
        Assert.All(lines[(examples + 1)..], line => Assert.Contains($"debugrelay {path}", line, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("debugrelay exc", "exceptions")]
    [InlineData("debugrelay trace --form", "--format")]
    [InlineData("debugrelay completion ", "fish")]
    public async Task A_shell_is_told_what_could_come_next(string line, string next)
    {
        Outcome outcome = await _client.RunAsync($"[suggest:{line.Length}]", line);
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        Assert.Contains(next, outcome.Output.Split('\n', StringSplitOptions.TrimEntries));
    }

    [Fact]
    public async Task There_is_a_script_for_each_shell()
    {
        foreach (string shell in (string[])["bash", "fish", "zsh"])
            Assert.Contains("[suggest:", (await _client.RunAsync("completion", shell)).Output, StringComparison.Ordinal);
        Assert.Equal(2, (await _client.RunAsync("completion", "cmd")).ExitCode);
    }
}
