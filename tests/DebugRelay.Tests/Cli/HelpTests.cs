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

    [Fact]
    public async Task Every_command_that_does_something_has_an_example()
    {
        Assert.Empty(await WithoutExamplesAsync([]));
    }

    [Fact]
    public async Task The_first_help_lists_every_command_with_what_it_is_for()
    {
        Outcome outcome = await _client.RunAsync("--help");
        Assert.Equal((0, ""), (outcome.ExitCode, outcome.Error));
        string[] lines = outcome.Output.Split('\n');
        Assert.Equal(CommandLine.Verbs.Select(v => v.Name), lines[(Array.IndexOf(lines, "Commands:") + 1)..].Where(l => l.Length > 0).Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]));
        Assert.Contains(lines, l => l.StartsWith("  trace <TARGET>  ", StringComparison.Ordinal) && l.EndsWith("Record what a process does, scrubbed, as a .nettrace file", StringComparison.Ordinal));
        Assert.Contains(lines, l => l.StartsWith("  -?, -h, --help  ", StringComparison.Ordinal));
    }

    /// <summary>A command is built where its name stands in the line: another name would make it unknown.</summary>
    [Fact]
    public async Task A_command_has_the_name_under_which_it_is_looked_for()
    {
        foreach (Verb verb in CommandLine.Verbs)
        {
            Outcome outcome = await _client.RunAsync(verb.Name, "--help");
            Assert.Matches($@"Usage:\n  \S+ {verb.Name}\b", outcome.Output);
        }
    }

    private async Task<string[]> WithoutExamplesAsync(string[] path)
    {
        string[] lines = (await _client.RunAsync([.. path, "--help"])).Output.Split('\n');
        int commands = Array.IndexOf(lines, "Commands:");
        // One that explains itself at length brings its examples along.
        if (commands < 0 || (path.Length > 0 && lines.Contains("Examples:")))
            return lines.Any(l => l.Trim() == "Examples:") ? [] : [string.Join(' ', path)];
        var without = new List<string>();
        foreach (string line in lines[(commands + 1)..].TakeWhile(l => l.Length > 0).Where(l => l.Length > 2 && char.IsAsciiLetter(l[2])))
            without.AddRange(await WithoutExamplesAsync([.. path, line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[0]]));
        return [.. without];
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
